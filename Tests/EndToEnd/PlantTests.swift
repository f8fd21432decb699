import Foundation
import Testing

@Suite("A fleet from import to replacement")
struct PlantTests {
    /// One device of the fixture is blocked: it lacks a label that its profile's names need.
    private let partly: Int32 = 3

    private func plant(edit: (String) -> String = { $0 }) async throws -> Workspace {
        let workspace = try await Workspace(policies: "plant", edit: edit)
        try await workspace.addPlant()
        return workspace
    }

    @Test("the plan equals an independent calculation, row by row")
    func planIsWhatTheRulesSay() async throws {
        let workspace = try await plant()
        let plan = try await workspace.plan()
        let expected = try await Judge.expectedPlan(workspace, policies: "plant")
        let rows = plan.decisions.map(PlanRow.init).sorted()
        #expect(Set(rows).subtracting(expected).sorted() == [], "rows that the rules do not give")
        #expect(Set(expected).subtracting(rows).sorted() == [], "rows that the plan lacks")
        #expect(rows.count == expected.count)
        #expect(plan.version == 1 && plan.at == now)
        #expect(plan.inventory.devices == 175)
        #expect(plan.policies.files == 1 && plan.policies.digest.hasPrefix("sha256:"))
        for (action, decisions) in Dictionary(grouping: plan.decisions, by: \.action) where action != "report" {
            #expect(plan.summary[action] == decisions.count, "summary of \(action)")
        }
        #expect(plan.decisions.allSatisfy { !$0.reason.text.isEmpty })
        let lines = Set(plan.decisions.compactMap { $0.policy.map { "\($0.name) \($0.file):\($0.line)" } })
        #expect(lines.contains("cameras policies/plant.yaml:13"))
    }

    @Test("run issues exactly what was planned, and every certificate stands up to openssl and cryptography")
    func runDoesWhatWasPlanned() async throws {
        let workspace = try await plant()
        let plan = workspace.scratch + "/plan.json", report = workspace.scratch + "/report.json"
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
        try await workspace.job("run", "--at", now, "--report", report, expecting: partly)

        let planned = try PlanDocument(file: plan), ran = try PlanDocument(file: report)
        #expect(ran.decisions.map(PlanRow.init).sorted() == planned.decisions.map(PlanRow.init).sorted())
        #expect(ran.decisions.allSatisfy { $0.result != nil })

        let certificates = try await Judge.certificates(workspace, policies: "plant", plan: plan)
        #expect(certificates.findings == [])
        #expect(certificates.issued == planned.devices("issue").count)
        let manifests = try await Judge.manifests(workspace, policies: "plant", plan: plan)
        #expect(manifests.findings == [])
        #expect(manifests.install == planned.devices("issue").count)
        #expect(manifests.rekey == planned.devices("request-csr").count)

        let after = try ExportedDevice.all(await workspace.export())
        let leftover = try #require(after.first { $0.device == "sensor-leftover" })
        #expect(leftover.count("ACTIVE") == 1 && leftover.count("INACTIVE") == 3, "both leftovers are retired")
    }

    @Test("every manifest verifies with keys.json in the jose command")
    func joseAgrees() async throws {
        let workspace = try await plant()
        try await workspace.job("run", "--at", now, expecting: partly)
        let manifests = Tree(workspace.path + "/delivery").files.filter { $0.hasSuffix(".jws") }
        #expect(manifests.count > 50)
        try #require(await Program.exists("jose"), "install the package `jose` (make setup-test)")
        let judged = try await Program.shell(
            "for manifest; do jose jws ver -i \"$manifest\" -k keys.json >/dev/null || echo \"$manifest\"; done",
            manifests,
            in: workspace.path + "/delivery")
        #expect(judged.stdout == "", judged.story)
        // The judge itself must be able to say no.
        let first = workspace.path + "/delivery/" + manifests[0]
        let text = try String(contentsOfFile: first, encoding: .utf8)
        let other = text.dropFirst(200).first == "x" ? "y" : "x"
        try Data((text.prefix(200) + other + text.dropFirst(201)).utf8).write(to: URL(fileURLWithPath: first))
        let refused = try await Program.run(
            "/usr/bin/env", ["jose", "jws", "ver", "-i", first, "-k", workspace.path + "/delivery/keys.json"])
        #expect(refused.status != 0)
    }

    @Test("a second run finds nothing left to do: no certificate, no manifest")
    func secondRunIsQuiet() async throws {
        let workspace = try await plant { $0.replacing("perRun: 9", with: "perRun: 10000") }
        try await workspace.job("run", "--at", now, expecting: partly)
        let inventory = try await workspace.export(), delivery = Tree(workspace.path + "/delivery")
        let report = workspace.scratch + "/second.json"
        try await workspace.job("run", "--at", now, "--report", report, expecting: partly)
        let second = try PlanDocument(file: report)
        #expect(second.devices("issue") == [] && second.devices("request-csr") == [] && second.devices("retire") == [])
        #expect(try await workspace.export() == inventory)
        #expect(Tree(workspace.path + "/delivery").differences(from: delivery) == [])
    }

    @Test("what a per-run limit held back, the next run issues")
    func heldDevicesFollow() async throws {
        let workspace = try await plant()
        let held = try await workspace.plan().devices("hold")
        #expect(held.count == 9)
        try await workspace.job("run", "--at", now, expecting: partly)
        let next = try await workspace.plan()
        #expect(next.devices("issue") == held)
        #expect(next.devices("hold") == [])
    }

    @Test("a CSR that comes after its manifest asked for it is issued by the next run, as the next manifest")
    func laterCSR() async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: #"{"devices": [{"device": "late", "certificates": [{"left": 5, "lifetime": 90}]}]}"#)
        try await workspace.job("run", "--at", now, expecting: 0)
        let asked = try workspace.manifest("late")
        #expect(asked.action == "rekey" && asked.sequence == 1)
        #expect(asked.request?.keys == ["ecdsa-p256", "ecdsa-p384", "rsa-2048+"])

        let made = try await Program.shell(
            "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \"$1\" -subj /CN=late -out \"$2\"",
            [workspace.scratch + "/late.key", workspace.path + "/inbox/csr/late.csr"])
        try #require(made.status == 0, made.story)
        try await workspace.job("run", "--at", "2026-12-01T01:00:00Z", expecting: 0)
        let installed = try workspace.manifest("late")
        #expect(installed.action == "install" && installed.sequence == 2 && installed.certificate != nil)
        #expect(workspace.names(in: "inbox/csr") == [])
        let device = try #require(try ExportedDevice.all(await workspace.export()).first)
        #expect(device.count("PENDING_ACTIVATION") == 1 && device.count("ACTIVE") == 1)
    }
}

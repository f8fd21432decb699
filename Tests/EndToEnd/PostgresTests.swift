import Foundation
import RotationTesting
import Testing

/// A server that `ROTATION_TEST_POSTGRES` names (see `scripts/with-postgres`).
private let server = ProcessInfo.processInfo.environment["ROTATION_TEST_POSTGRES"]

@Suite("A registry in PostgreSQL", .enabled(if: server != nil, "there is no server: see scripts/with-postgres"))
struct PostgresTests {
    /// A schema that nobody has.
    private static func schema() -> String {
        "test_" + UUID().uuidString.lowercased().replacing("-", with: "_")
    }

    private static func entry(_ schema: String) throws -> String {
        "inventory: { postgres: \"\(try #require(server))\", schema: \(schema) }"
    }

    private static func json(_ text: String) throws -> NSDictionary {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary)
    }

    @Test("A fleet that moves to it is planned as before, rotated, verified, backed up, and moves back")
    func moves() async throws {
        let workspace = try await Workspace()
        try await workspace.addPlant()
        let before = try await workspace.job("plan", "--at", now, "--format", "json", expecting: 0)
        let schema = Self.schema()
        let moved = try await workspace.job(
            "inventory", "copy", "--to", #require(server), "--schema", schema, expecting: 0)
        #expect(moved.stdout.contains("read back and equal"), moved.story)
        // A second time there is something in it already.
        let again = try await workspace.job("inventory", "copy", "--to", #require(server), "--schema", schema)
        #expect(again.status != 0 && again.stderr.contains("something in it already"), again.story)
        try workspace.write(
            "rotation.yaml",
            Workspace.configuration.replacing("inventory: { sqlite: fleet.sqlite }", with: Self.entry(schema)))
        try FileManager.default.moveItem(
            atPath: workspace.path + "/fleet.sqlite", toPath: workspace.scratch + "/fleet.sqlite")
        let after = try await workspace.job("plan", "--at", now, "--format", "json", expecting: 0)
        #expect(try Self.json(after.stdout) == Self.json(before.stdout))

        let run = try await workspace.job("run", "--at", now)
        #expect(run.status == 0 || run.status == 2, run.story)
        try await workspace.job("audit", "--verify", expecting: 0)
        try await workspace.job("backup", workspace.scratch + "/backup", expecting: 0)
        try await workspace.job("backup", workspace.scratch + "/backup", "--verify", expecting: 0)
        let exported = try await workspace.job("inventory", "export", "--format", "ndjson", expecting: 0)

        try await workspace.job("inventory", "copy", "--to", workspace.path + "/back.sqlite", expecting: 0)
        try workspace.write(
            "rotation.yaml", Workspace.configuration.replacing("fleet.sqlite", with: "back.sqlite"))
        let back = try await workspace.job("inventory", "export", "--format", "ndjson", expecting: 0)
        #expect(back.stdoutBytes == exported.stdoutBytes)
        try await workspace.job("audit", "--verify", expecting: 0)
    }

    @Test("Two hosts that run at once and are killed give each device that is due one replacement, and no number twice")
    func hosts() async throws {
        let first = try await Workspace()
        try await first.addPlant()
        let schema = Self.schema()
        try await first.job("inventory", "copy", "--to", #require(server), "--schema", schema, expecting: 0)
        var configuration = try Workspace.configuration.replacing(
            "inventory: { sqlite: fleet.sqlite }", with: Self.entry(schema))
        // What both see is on a file system that both have.
        for name in ["policies", "inbox", "delivery", "reports"] {
            configuration = configuration.replacing("\(name): \(name)", with: "\(name): \(first.path)/\(name)")
        }
        configuration = configuration.replacing(" authorities/", with: " \(first.path)/authorities/")
        let second = first.scratch + "/host-2"
        try FileManager.default.createDirectory(atPath: second, withIntermediateDirectories: true)
        try first.write("rotation.yaml", configuration)
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: second + "/rotation.yaml"))
        chmod(second + "/rotation.yaml", 0o640)
        let due = try await first.job("plan", "--at", now, "--format", "json", expecting: 0)
        let rows = try #require(Self.json(due.stdout)["decisions"] as? [NSDictionary])
        let issued = Set(rows.filter { $0["action"] as? String == "issue" }.compactMap { $0["device"] as? String })
        #expect(!issued.isEmpty)

        var random = SeededGenerator(seed: 15)
        var refusals = 0
        for round in 0..<6 {
            let runs = try [first.path, second].map {
                try Program.start(Program.rotationJob, ["run", "--at", now], in: $0)
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...500, using: &random)))
            runs[round % 2].send(SIGKILL)
            for run in runs {
                let output = await run.output()
                if output.status == 75 { refusals += 1 }
                #expect([0, 2, 3, 75].contains(output.status) || output.signal == SIGKILL, output.story)
            }
        }
        let last = try await Program.run(Program.rotationJob, ["run", "--at", now], in: second)
        #expect(last.status == 0 || last.status == 2, last.story)
        try await first.job("audit", "--verify", expecting: 0)

        let listed = try await first.job("inventory", "list", "--json", expecting: 0)
        let devices = try listed.stdout.split(separator: "\n").map { try Self.json(String($0)) }
        #expect(devices.count > 10)
        for device in devices {
            let id = try #require(device["device"] as? String)
            let certificates = try #require(device["certificates"] as? [NSDictionary])
            let pending = certificates.filter { $0["status"] as? String == "PENDING_ACTIVATION" }
            // What the first run held back, a later one issued.
            #expect(issued.contains(id) ? pending.count == 1 : pending.count <= 1, "\(id)")
        }
        let kinds = try await first.job("verify", "--json")
        for damage in ["certificate-serial", "manifest-sequence", "reservation", "audit-chain"] {
            #expect(!kinds.stdout.contains("\"\(damage)"), kinds.story)
        }
    }

    @Test("Where it cannot be reached, or is none, the address is told without its user, with what to do")
    func unreachable() async throws {
        let workspace = try await Workspace()
        func configured(_ entry: String) async throws -> Output {
            try workspace.write(
                "rotation.yaml",
                Workspace.configuration.replacing("inventory: { sqlite: fleet.sqlite }", with: entry))
            return try await workspace.job("plan", "--at", now)
        }
        let nobody = try await configured("inventory: { postgres: \"postgresql://somebody@/fleet?host=/nowhere\" }")
        #expect(nobody.status == 1 && nobody.stderr.contains("cannot be reached"), nobody.story)
        #expect(!nobody.stderr.contains("somebody@"), nobody.story)
        let none = try await configured(Self.entry(Self.schema()))
        #expect(none.status == 1, none.story)
        #expect(none.stderr.contains("there is no registry"), none.story)
        let secret = try await configured("inventory: { postgres: \"postgresql://a:hunter2@h/fleet\" }")
        #expect(secret.status == 78 && secret.stderr.contains("password"), secret.story)
        let both = try await configured("inventory: { sqlite: a, postgres: \"postgresql:///fleet\" }")
        #expect(both.status == 78 && both.stderr.contains("one place"), both.story)
    }
}

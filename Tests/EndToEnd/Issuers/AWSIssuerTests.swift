import Foundation
import Testing

@Suite("The issuer aws-private-ca, against moto")
struct AWSIssuerTests {
    @Test(
        "Certificates of AWS Private CA are as good as our own, and a repeated request has no second one: by AWS's token, and by the journal where that is forgotten",
        arguments: [true, false])
    func issues(isForgetful: Bool) async throws {
        let workspace = try await Workspace()
        let moto = try await MotoServer(
            for: workspace, isForgetful ? "--forgetful" : nil,
            more: isForgetful ? ["--state", workspace.scratch + "/journal"] : [])
        try await workspace.add(devices: #"{"bulk": {"count": 6}}"#)
        let plan = workspace.scratch + "/plan.json"
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
        #expect(moto.count == 0)

        // The first run dies when AWS has a certificate, and before it has handed one out.
        try moto.hold(true)
        let run = try Program.start(
            Program.rotationJob, ["run", "--at", now], in: workspace.path, environment: MotoServer.environment)
        while moto.count == 0 && run.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        run.send(SIGKILL)
        #expect(await run.output().signal == SIGKILL)
        try moto.hold(false)
        #expect(try ExportedDevice.all(await workspace.export()).allSatisfy { $0.certificates.count == 1 })

        let output = try await workspace.job("run", "--at", now, environment: MotoServer.environment)
        #expect(output.status == 0, output.story)
        let verdict = try await Judge.certificates(workspace, policies: "simple", plan: plan)
        #expect(verdict.findings == [])
        #expect(verdict.issued == 6)
        #expect(moto.count == 6, "AWS issued more than one certificate a device")
    }

    @Test("moto's own certificates, which are not what was ordered, are refused")
    func stock() async throws {
        let workspace = try await Workspace()
        let moto = try await MotoServer(for: workspace, "--stock")
        try await workspace.add(devices: #"{"bulk": {"count": 2}}"#)
        let output = try await workspace.job("run", "--at", now, environment: MotoServer.environment)
        #expect(output.status == 1, output.story)
        for what in ["notBefore is", "the subject is", "the KeyUsage is", "the signature algorithm is"] {
            #expect(output.stderr.contains(what), output.story)
        }
        #expect(try ExportedDevice.all(await workspace.export()).allSatisfy { $0.certificates.count == 1 })

        try moto.use(
            authority: moto.place.authority.replacing("certificate-authority/", with: "certificate-authority/0"))
        let unknown = try await workspace.job("run", "--at", now, environment: MotoServer.environment)
        #expect(unknown.status == 69, unknown.story)
        #expect(unknown.stderr.contains("cannot be used") && unknown.stderr.contains("ResourceNotFound"), unknown.story)
    }

    @Test("A device without a CSR fails with what to do about it, the others have their certificates")
    func withoutRequest() async throws {
        let workspace = try await Workspace { $0.replacing("profile: first", with: "profile: first, rekey: allowed") }
        let moto = try await MotoServer(for: workspace)
        try await workspace.add(
            devices: """
                {"devices": [{"device": "d-keeps", "certificates": [{"left": 4, "lifetime": 90}]},
                             {"device": "d-new", "certificates": [{"left": 5, "lifetime": 90}], "csr": {}}]}
                """)
        let output = try await workspace.job("run", "--at", now, environment: MotoServer.environment)
        #expect(output.status == 3, output.story)
        #expect((output.stdout + output.stderr).contains("AWS Private CA wants a CSR"), output.story)
        let devices = try ExportedDevice.all(await workspace.export())
        #expect(devices.map { $0.count("PENDING_ACTIVATION") } == [0, 1])
        #expect(moto.count == 1)
    }
}

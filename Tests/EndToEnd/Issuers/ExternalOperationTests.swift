import Foundation
import Testing

@Suite("An external issuer, from the operator's side")
struct ExternalOperationTests {
    /// An issuer that leaves a trace when it is started.
    private func traced(_ workspace: Workspace) throws {
        try workspace.write("issuer", "#!/bin/sh\necho started >>trace\nexit 3\n")
        chmod(workspace.path + "/issuer", 0o755)
        try workspace.moveOutside(command: ["./issuer"], more: "issuer: { tries: 1 }")
    }

    @Test(
        "plan, policy check, status and forecast never start the program; a run with nothing to issue does not either")
    func neverStarted() async throws {
        let workspace = try await Workspace()
        try traced(workspace)
        try await workspace.add(devices: #"{"bulk": {"count": 2, "left": 80}}"#)
        try await workspace.job("plan", "--at", now, expecting: 0)
        try await workspace.job("policy", "check", expecting: 0)
        try await workspace.job("forecast", "--at", now, expecting: 0)
        _ = try await workspace.job("status")
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(!workspace.names(in: "").contains("trace"))
        // It would have left one.
        try await workspace.job("run", "--accept-time", "2027-01-25T00:00:00Z", expecting: 69)
        #expect(workspace.names(in: "").contains("trace"))
    }

    @Test("69: a program that is not there, or may not be executed, stops the run before it touches anything")
    func notThere() async throws {
        let workspace = try await Workspace()
        try traced(workspace)
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        chmod(workspace.path + "/issuer", 0o644)
        let refused = try await workspace.job("run", "--at", now, expecting: 69)
        #expect(refused.stderr.contains("issuer may not be executed"), refused.story)
        #expect(refused.stderr.contains("rotation.yaml:"), refused.story)
        try FileManager.default.removeItem(atPath: workspace.path + "/issuer")
        let gone = try await workspace.job("run", "--at", now, expecting: 69)
        #expect(gone.stderr.contains("there is no program"), gone.story)
        #expect(workspace.names(in: "inbox/csr").count == 1, "it had begun")
        let check = try await workspace.job("policy", "check", "--format", "json", expecting: 0)
        #expect(check.stdout.contains("missing-issuer"), check.story)
        let status = try await workspace.job("status")
        #expect(status.stdout.contains("authority fleet-ca-1 cannot be asked"), status.story)
    }

    @Test(
        "An external issuer that is down keeps nobody else waiting: others' certificates, requests and overlaps go on"
    )
    func othersGoOn() async throws {
        let workspace = try await Workspace { text in
            text.replacing("  - name: everyone\n", with: "  - name: everyone\n    match: { device: \"a-*\" }\n")
                .replacing(
                    "profiles:\n",
                    with: """
                          - name: others
                            match: { device: "b-*" }
                            expiry: { renewBefore: 30d, overlap: 7d }
                            issuance: { profile: second }
                        profiles:
                          - name: second
                            authority: fleet-ca-2
                            signature: SHA256WITHRSA
                            validity: 90d
                            keys: [ecdsa-p256]
                            subject: "O=Example Devices"
                            subjectAlternativeNames: ["URI:urn:device:{device}"]

                        """)
        }
        try traced(workspace)
        try await workspace.add(
            devices: """
                {"devices": [{"device": "a-1", "certificates": [{"left": 1, "lifetime": 90}], "csr": {}},
                             {"device": "b-1", "certificates": [{"left": 2, "lifetime": 90}], "csr": {}},
                             {"device": "b-2", "certificates": [{"left": 3, "lifetime": 90}]}]}
                """)
        let output = try await workspace.job("run", "--at", now, expecting: 69)
        #expect(output.stderr.contains("authority fleet-ca-1"), output.story)
        let devices = try ExportedDevice.all(await workspace.export())
        #expect(devices.map { $0.count("PENDING_ACTIVATION") } == [0, 1, 0], output.story)
        #expect(Tree(workspace.path + "/delivery").files.count { $0.hasSuffix("b-2.jws") } == 1)
    }

    @Test("When the program cannot be reached halfway, what it gave before stands, and the next run has the rest")
    func halfway() async throws {
        let workspace = try await Workspace { $0.replacing("batch: 100", with: "batch: 2") }
        let directory = try await OpenSSLDirectory(workspace)
        try await workspace.add(devices: #"{"bulk": {"count": 5}}"#)
        // It ends after three answers, as long as it may not go on.
        try workspace.write("stop", "")
        try workspace.write(
            "issuer",
            "#!/bin/sh\nif [ -e stop ]; then sed -u 3q | '\(OpenSSLDirectory.issuer)' \"$@\"; exit 9; fi\n"
                + "exec '\(OpenSSLDirectory.issuer)' \"$@\"\n")
        chmod(workspace.path + "/issuer", 0o755)
        try workspace.moveOutside(
            command: ["./issuer", "--config", "../scratch/ca/openssl.cnf"], more: "issuer: { tries: 1 }")
        let first = try await workspace.job("run", "--at", now, expecting: 69)
        #expect(first.stderr.contains("exit status 9"), first.story)
        #expect(try await issued(workspace) == 3)
        try FileManager.default.removeItem(atPath: workspace.path + "/stop")
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try await issued(workspace) == 5)
        #expect(try directory.index.count == 5)
    }

    @Test("What is revoked here is told to a person, with the serial numbers that the authority has to revoke")
    func revocations() async throws {
        let workspace = try await Workspace(limits: "limits: { revoke: 50% }\n")
        try traced(workspace)
        try workspace.write("rotation.yaml", workspace.text("rotation.yaml") + "limits: { revoke: 50% }\n")
        try await workspace.add(devices: #"{"bulk": {"count": 4, "left": 80, "csr": false}}"#)
        for device in ["d-000001", "d-000002"] {
            try await workspace.job(
                "revoke", "--device", device, "--reason", "keyCompromise", "--at", now, expecting: 0)
        }
        let output = try await workspace.job("run", "--at", now)
        #expect(output.stderr.contains("2 certificates of authority fleet-ca-1 revoked here"), output.story)
        #expect(try ExportedDevice.all(await workspace.export()).filter { $0.count("REVOKED") == 1 }.count == 2)
        #expect(!workspace.names(in: "delivery/crl").contains("fleet-ca-1.crl"), "a CRL that nobody here can sign")
        let report = try #require(workspace.names(in: "reports").first { $0.hasSuffix(".json") })
        #expect(try workspace.text("reports/" + report).contains("have the authority revoke the serial numbers"))
        // Once is enough.
        let again = try await workspace.job("run", "--at", "2026-12-01T01:00:00Z")
        #expect(!again.stderr.contains("revoked here"), again.story)
    }

    private func issued(_ workspace: Workspace) async throws -> Int {
        try ExportedDevice.all(await workspace.export()).filter { $0.count("PENDING_ACTIVATION") == 1 }.count
    }
}

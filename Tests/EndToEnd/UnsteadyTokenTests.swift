import Foundation
import Testing

/// Tokens that are gone in the middle, sign wrongly, or are near to being locked: a module between SoftHSM and the job plays them.
@Suite("A token that fails while it is used")
struct UnsteadyTokenTests {
    /// A workspace whose authority signs through the module.
    private struct Setup {
        let token: SoftToken
        let workspace: Workspace

        init(devices: Int) async throws {
            token = try await SoftToken()
            workspace = try await Workspace()
            let module = try await UnsteadyModule.path.value
            try await workspace.useToken(token, key: "module: \(module), pin: { env: TOKEN_PIN }")
            try await workspace.add(devices: "{\"bulk\": {\"count\": \(devices)}}")
        }

        /// Puts the manifests' key into the token too.
        ///
        /// - Parameter andAuthority: whether authority 1's goes back into its file.
        func moveManifestKey(andAuthority: Bool = true) async throws {
            try await token.importKey(workspace.path + "/authorities/manifest.key", label: "manifest", id: "02")
            let inToken = try #require(
                workspace.text("rotation.yaml").split(separator: "\n").first { $0.contains("object=ca") })
            if andAuthority { try workspace.setKey("file: authorities/ca-1.key") }
            let mapping = inToken.replacing("object=ca", with: "object=manifest").trimmingPrefix("    key: ")
            try workspace.write(
                "rotation.yaml",
                workspace.text("rotation.yaml").replacing("{ file: authorities/manifest.key }", with: mapping))
        }

        func run(_ environment: [String: String] = [:]) async throws -> Output {
            let standard = token.environment.merging(["UNSTEADY_MODULE": SoftToken.module]) { $1 }
            return try await workspace.job("run", "--at", now, environment: standard.merging(environment) { $1 })
        }
    }

    @Test("A token that is gone in mid-run ends the run with 69; what was recorded stands, and the next run goes on")
    func lost() async throws {
        let setup = try await Setup(devices: 350)
        let workspace = setup.workspace
        // Batches are of 100: the CRL and one whole batch fit, the second does not.
        let lost = try await setup.run(["UNSTEADY_SIGNATURES": "150"])
        #expect(lost.status == 69 && lost.signal == nil, lost.story)
        #expect(lost.stderr.contains("pkcs11:token=fleet;object=ca: the token does not sign"), lost.story)
        #expect(lost.stderr.contains("what is recorded stands"), lost.story)
        let first = try ExportedDevice.all(await workspace.export())
        #expect(first.count { $0.count("PENDING_ACTIVATION") == 1 } == 100)

        let next = try await setup.run()
        #expect(next.status == 0, next.story)
        let second = try ExportedDevice.all(await workspace.export())
        #expect(second.allSatisfy { $0.count("PENDING_ACTIVATION") == 1 && $0.certificates.count == 2 })
        for device in first where device.count("PENDING_ACTIVATION") == 1 {
            #expect(
                second.first { $0.device == device.device }?.certificates.map(\.pem).sorted()
                    == device.certificates.map(\.pem).sorted())
        }
        #expect(Tree(workspace.path + "/delivery").files.count { $0.hasSuffix(".jws") } == 350)
    }

    @Test(
        "A token that is gone before a CRL or a manifest is signed ends the run with 69, and the next run publishes what is due",
        arguments: [("ca", 0, 0), ("manifest", 150, 200)])
    func lostElsewhere(key: String, signatures: Int, recorded: Int) async throws {
        let setup = try await Setup(devices: 350)
        let workspace = setup.workspace
        if key == "manifest" { try await setup.moveManifestKey() }
        let lost = try await setup.run(["UNSTEADY_SIGNATURES": "\(signatures)"])
        #expect(lost.status == 69 && lost.signal == nil, lost.story)
        #expect(lost.stderr.contains("pkcs11:token=fleet;object=\(key): the token does not sign"), lost.story)
        let left = try ExportedDevice.all(await workspace.export())
        #expect(left.count { $0.count("PENDING_ACTIVATION") == 1 } >= recorded)
        #expect(left.allSatisfy { $0.count("PENDING_ACTIVATION") <= 1 })

        let next = try await setup.run()
        #expect(next.status == 0, next.story)
        let all = try ExportedDevice.all(await workspace.export())
        #expect(all.allSatisfy { $0.count("PENDING_ACTIVATION") == 1 && $0.certificates.count == 2 })
        let files = Tree(workspace.path + "/delivery").files
        #expect(files.count { $0.hasSuffix(".jws") } == 350 && files.contains("crl/fleet-ca-1.crl"))
    }

    @Test("A signature that is wrong by one bit reaches nobody")
    func wrongSignature() async throws {
        let setup = try await Setup(devices: 20)
        let workspace = setup.workspace
        let before = try await workspace.export()
        let ran = try await setup.run(["UNSTEADY_SPOIL": "15"])
        #expect(ran.status == 69 && ran.stderr.contains("a signature that its public key does not verify"), ran.story)
        #expect(try await workspace.export() == before)
    }

    @Test(
        "A wrong PIN is tried once; the last try, and a PIN that is locked, are left alone",
        arguments: [
            ("0", "99999999", "tries are running out", 1), ("20000", SoftToken.pin, "one try left", 0),
            ("40000", SoftToken.pin, "is locked: it was given wrongly too often", 0),
            ("10000", SoftToken.pin, "", 1),
        ])
    func tries(flags: String, pin: String, says: String, attempts: Int) async throws {
        let setup = try await Setup(devices: 1)
        let workspace = setup.workspace
        let log = workspace.scratch + "/logins"
        let ran = try await setup.run(["UNSTEADY_FLAGS": flags, "UNSTEADY_LOGINS": log, "TOKEN_PIN": pin])
        #expect(ran.status == (says.isEmpty ? 0 : 69), ran.story)
        #expect(says.isEmpty || ran.stderr.contains(says), ran.story)
        #expect((FileManager.default.contents(atPath: log) ?? Data()).count == attempts, ran.story)
    }

    @Test("A token with few sessions signs one after the other in those that it has", arguments: [1, 2, 3, 40])
    func fewSessions(number: Int) async throws {
        let setup = try await Setup(devices: 250)
        try await setup.moveManifestKey(andAuthority: false)
        let ran = try await setup.run(["UNSTEADY_SESSIONS": "\(number)"])
        #expect(ran.status == 0, ran.story)
        let devices = try ExportedDevice.all(await setup.workspace.export())
        #expect(devices.count { $0.count("PENDING_ACTIVATION") == 1 } == 250)
    }

    @Test("A token without a session is told, not waited for")
    func noSession() async throws {
        let setup = try await Setup(devices: 1)
        let ran = try await setup.run(["UNSTEADY_SESSIONS": "0"])
        #expect(ran.status == 69 && ran.stderr.contains("opens no"), ran.story)
    }

    @Test("A key that may not sign is told before anything is signed")
    func mute() async throws {
        let setup = try await Setup(devices: 1)
        let ran = try await setup.run(["UNSTEADY_MUTE": "1"])
        #expect(ran.status == 69 && ran.stderr.contains("may not sign (CKA_SIGN is false)"), ran.story)
    }

    @Test(
        "A token that is pulled out and plugged in again is opened anew, once for all threads, and the run goes on",
        arguments: [("1", 2), ("150", 2), ("150", 1)])
    func plugged(after signatures: String, sessions: Int) async throws {
        let setup = try await Setup(devices: 350)
        try await setup.moveManifestKey(andAuthority: false)
        let log = setup.workspace.scratch + "/logins"
        let ran = try await setup.run(
            ["UNSTEADY_LOST": signatures, "UNSTEADY_LOGINS": log].merging(
                sessions == 1 ? ["UNSTEADY_SESSIONS": "1"] : [:]
            ) { $1 })
        #expect(ran.status == 0 && ran.signal == nil, ran.story)
        #expect((FileManager.default.contents(atPath: log) ?? Data()).count == 2)
        let devices = try ExportedDevice.all(await setup.workspace.export())
        #expect(devices.allSatisfy { $0.count("PENDING_ACTIVATION") == 1 && $0.certificates.count == 2 })
        #expect(Tree(setup.workspace.path + "/delivery").files.count { $0.hasSuffix(".jws") } == 350)
    }

    @Test(
        "A token that does not come back as it was ends the run with 69: it is told, and its PIN is not used up",
        arguments: [
            (["UNSTEADY_VANISH": "1"], "the token `fleet`", "was there and is gone", 1),
            (["UNSTEADY_NEW_PIN": "1"], "opening it anew failed", "is wrong (CKR_PIN_INCORRECT)", 2),
            (["UNSTEADY_NEW_FLAGS": "20000"], "opening it anew failed", "one try left for its PIN", 1),
            (["UNSTEADY_NEW_FLAGS": "40000"], "opening it anew failed", "is locked", 1),
        ])
    func changed(how: [String: String], says: String, why: String, logins: Int) async throws {
        let setup = try await Setup(devices: 350)
        let log = setup.workspace.scratch + "/logins"
        let lost = try await setup.run(["UNSTEADY_LOST": "150", "UNSTEADY_LOGINS": log].merging(how) { $1 })
        #expect(lost.status == 69 && lost.signal == nil, lost.story)
        #expect(lost.stderr.contains("the token does not sign (CKR_"), lost.story)
        #expect(lost.stderr.contains(says) && lost.stderr.contains(why), lost.story)
        #expect((FileManager.default.contents(atPath: log) ?? Data()).count == logins)
        let recorded = try ExportedDevice.all(await setup.workspace.export())
        #expect(recorded.count { $0.count("PENDING_ACTIVATION") == 1 } == 100)
        let next = try await setup.run()
        #expect(next.status == 0, next.story)
    }

    @Test("A key that somebody removes in mid-run ends the run with 69 and is named")
    func removed() async throws {
        let setup = try await Setup(devices: 350)
        let lost = try await setup.run(["UNSTEADY_REMOVED": "150"])
        #expect(lost.status == 69 && lost.signal == nil, lost.story)
        #expect(lost.stderr.contains("the key `object=ca;id=%01` was in it and is gone"), lost.story)
        let next = try await setup.run()
        #expect(next.status == 0, next.story)
    }
}

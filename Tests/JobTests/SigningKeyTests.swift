import Delivery
import Fleet
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job

@Suite("The keys of a run")
struct SigningKeyTests {
    private func fleet(passphrase: String? = nil) throws -> TestFleet {
        let fleet = try TestFleet(policies: policyFile([PolicyText(rekey: "allowed")]), keyPassphrase: passphrase)
        try fleet.add("d1")
        return try fleet.load()
    }

    /// The error of a run, which must have touched nothing but its own record.
    private func failure(_ fleet: TestFleet) async throws -> RotationError {
        let error = try await #require(throws: RotationError.self) { try await fleet.run() }
        #expect(try fleet.inventory().recentRuns(limit: 9).allSatisfy { $0.outcome == "failed" })
        #expect(!Files.exists(fleet.folder["delivery/keys.json"]))
        #expect(try fleet.story("d1").rotations == [])
        return error
    }

    @Test("An encrypted key of an authority opens with the passphrase from its file")
    func encrypted() async throws {
        let fleet = try fleet(passphrase: "correct horse")
        #expect(try await fleet.run().lines == ["d1 issued"])
        #expect(try fleet.manifest("d1").certificate.isSigned(by: fleet.pki.key.publicKey))
    }

    @Test("A wrong passphrase, or none, stops the run before it begins")
    func wrongPassphrase() async throws {
        let fleet = try fleet(passphrase: "correct horse")
        try fleet.folder.write("passphrase", "wrong\n", mode: 0o600)
        let wrong = try await failure(fleet)
        #expect((wrong.code, wrong.place) == (.keyUnavailable, fleet.folder["ca.key"]))
        try fleet.folder.write("passphrase", "\n", mode: 0o600)
        #expect(try await failure(fleet).code == .keyUnavailable)
    }

    @Test("The key of one authority with the certificate of another is a mistake of the configuration")
    func foreignKey() async throws {
        let fleet = try fleet()
        try fleet.folder.write("ca.key", try PrivateKey.generate(.ecdsaP256).pem(), mode: 0o600)
        let error = try await failure(fleet)
        #expect(error.code == .configuration)
        #expect(error.place == "authority fleet-ca-1")
        #expect(error.message.contains("not that of the certificate"))
    }

    @Test("A certificate that is none of an authority is a mistake of the configuration")
    func noAuthority() async throws {
        let fleet = try fleet()
        let leaf = try fleet.pki.certificate(device: "leaf", key: fleet.pki.key.publicKey)
        try fleet.folder.write("ca.pem", leaf.pem)
        #expect(try await failure(fleet).code == .configuration)
        // It can be seen without the key, so the dry run says it too.
        let planned = await #expect(throws: RotationError.self) { try await fleet.plan() }
        #expect(planned?.code == .configuration)
    }

    @Test("A key that others may read is refused, the manifests' too", arguments: ["ca.key", "manifest.key"])
    func tooOpen(_ name: String) async throws {
        let fleet = try fleet()
        try fleet.folder.write(name, try fleet.folder.read(name), mode: 0o644)
        let error = try await failure(fleet)
        #expect((error.code, error.place) == (.permission, fleet.folder[name]))
    }

    @Test("A missing authority's certificate, and one that is garbage, are mistakes of the configuration")
    func certificateFile() async throws {
        let fleet = try fleet()
        try fleet.folder.write("ca.pem", "garbage")
        #expect(try await failure(fleet).code == .configuration)
        try Files.remove(fleet.folder["ca.pem"])
        let missing = try await failure(fleet)
        #expect((missing.code, missing.place) == (.configuration, fleet.folder["ca.pem"]))
    }

    @Test("A dry run needs no keys, and a run none of authorities that no policy names")
    func notNeeded() async throws {
        let fleet = try fleet()
        try Files.remove(fleet.folder["ca.key"])
        #expect(try await fleet.plan().lines == ["d1 issue expiring"])
        let configuration = String(decoding: try fleet.folder.read("rotation.yaml"), as: UTF8.self)
        let second = "authorities:\n  - name: spare\n    certificate: ca.pem\n    key: { file: nowhere.key }\n"
        try fleet.folder.write("ca.key", try fleet.pki.key.pem(), mode: 0o600)
        let path = try fleet.folder.write(
            "rotation.yaml", configuration.replacing("authorities:\n", with: second))
        let run = JobRun(try Workspace(configuredBy: path), at: TestFleet.now, actor: "test")
        #expect(try await run.perform().lines == ["d1 issued"])
    }

    @Test("Without a key for manifests nothing is run")
    func noManifestKey() async throws {
        let fleet = try fleet()
        let lines = String(decoding: try fleet.folder.read("rotation.yaml"), as: UTF8.self).split(separator: "\n")
        let path = try fleet.folder.write(
            "rotation.yaml", lines.filter { !$0.hasPrefix("manifests:") }.joined(separator: "\n") + "\n")
        let workspace = try Workspace(configuredBy: path)
        let error = try await #require(throws: RotationError.self) {
            try await JobRun(workspace, at: TestFleet.now, actor: "test").perform()
        }
        #expect((error.code, error.place) == (.configuration, path))
    }
}

import Foundation
import Testing

@Suite("An external issuer that answers with a wrong certificate")
struct WrongCertificateTests {
    private func workspace(_ wrong: String, device: String? = nil, devices: Int = 3) async throws -> Workspace {
        let workspace = try await Workspace()
        try workspace.moveOutside(
            command: [
                Program.python, "-B", "-W", "ignore", Package.tools + "/wrong_issuer.py", wrong,
                "authorities/ca-1.pem", "../scratch/ca-1.key",
            ] + (device.map { [$0] } ?? []))
        try await workspace.add(devices: #"{"bulk": {"count": \#(devices)}}"#)
        return workspace
    }

    /// Everything that a device or a later run could see of a new certificate.
    private func expectNothingIssued(_ workspace: Workspace, sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let devices = try ExportedDevice.all(await workspace.export())
        #expect(devices.allSatisfy { $0.certificates.map(\.status) == ["ACTIVE"] }, sourceLocation: sourceLocation)
        let manifests = Tree(workspace.path + "/delivery").files.filter { $0.hasPrefix("manifests/") }
        #expect(manifests == [], sourceLocation: sourceLocation)
        let audit = try await workspace.job("audit", expecting: 0)
        #expect(!audit.stdout.contains("issued"), audit.story, sourceLocation: sourceLocation)
    }

    @Test(
        "The run refuses it, says what is wrong with it, and records nothing",
        arguments: [
            ("key", "the public key is"), ("subject", "the subject is CN=someone else"),
            ("names", "the SubjectAltName is"), ("start", "notBefore is 2026-12-01T00:55:00Z"),
            ("end", "notAfter is 2027-03-01T01:00:00Z"), ("usage", "the KeyUsage is"),
            ("purpose", "the ExtendedKeyUsage is"), ("authority", "the CA of BasicConstraints is true"),
            ("signature", "the signature is not by the key of"), ("issuer", "the issuer is CN=Another CA"),
            ("login", "the SubjectAltName holds more than was ordered"), ("akid", "the extension 2.5.29.35 holds"),
            ("path", "(critical) holds 3003010100, and was to hold 3000"),
        ])
    func refused(wrong: String, says: String) async throws {
        let workspace = try await workspace(wrong)
        let output = try await workspace.job("run", "--at", now, expecting: 1)
        #expect(output.stderr.contains(says), output.story)
        #expect(output.stderr.contains("authority fleet-ca-1, device d-"), output.story)
        try await expectNothingIssued(workspace)
    }

    @Test("One wrong certificate is enough: the right ones of its batch are not recorded either")
    func oneOfMany() async throws {
        let workspace = try await workspace("key", device: "d-000001")
        let output = try await workspace.job("run", "--at", now, expecting: 1)
        #expect(output.stderr.contains("device d-000001"), output.story)
        try await expectNothingIssued(workspace)
    }

    @Test("The same program with nothing wrong gives each device its certificate")
    func right() async throws {
        let workspace = try await workspace("nothing")
        try await workspace.job("run", "--at", now, expecting: 0)
        let devices = try ExportedDevice.all(await workspace.export())
        #expect(devices.allSatisfy { $0.count("PENDING_ACTIVATION") == 1 })
    }

    @Test("A serial number that stands for another certificate already is refused; the first one with it is good")
    func serial() async throws {
        let workspace = try await workspace("serial")
        let output = try await workspace.job("run", "--at", now, expecting: 69)
        #expect(output.stderr.contains("gave out the serial number 1267, which another certificate has"), output.story)
        let issued = try ExportedDevice.all(await workspace.export()).filter { $0.count("PENDING_ACTIVATION") == 1 }
        #expect(issued.count == 1)
        // Also that of an earlier run.
        try await workspace.job("run", "--at", "2026-12-01T01:00:00Z", expecting: 69)
        let after = try ExportedDevice.all(await workspace.export()).filter { $0.count("PENDING_ACTIVATION") == 1 }
        #expect(after.map(\.device) == issued.map(\.device))
    }
}

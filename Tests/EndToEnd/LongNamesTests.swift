import Foundation
import Testing

@Suite("Names that are too long, or resolve away")
struct LongNamesTests {
    /// 65 characters, one more than a common name may have.
    private static let long = String(repeating: "x", count: 65)

    private func workspace(_ subject: String, _ alternative: String, longNames: String = "", device: String)
        async throws -> Workspace
    {
        let workspace = try await Workspace {
            $0.replacing("subject: \"O=Example Devices\"", with: "subject: \"\(subject)\"\n    \(longNames)")
                .replacing("[\"URI:urn:device:{device}\"]", with: alternative)
        }
        let description = try JSONSerialization.data(
            withJSONObject: [
                "devices": [
                    ["device": device, "certificates": [["left": 5, "lifetime": 90]], "csr": [:]] as [String: Any]
                ]
            ])
        try await workspace.add(devices: String(decoding: description, as: UTF8.self))
        return workspace
    }

    /// The certificate that a run issued, as openssl and Python's cryptography read it.
    private func issued(_ workspace: Workspace) async throws -> (openssl: String, cryptography: String) {
        try await workspace.job("run", "--at", now, expecting: 0)
        let device = try #require(try ExportedDevice.all(await workspace.export()).first)
        let pem = try #require(device.certificates.first { $0.status == "PENDING_ACTIVATION" }?.pem)
        try Data(pem.utf8).write(to: URL(fileURLWithPath: workspace.scratch + "/new.pem"))
        let openssl = try await Program.run(
            "/usr/bin/env",
            ["openssl", "x509", "-in", workspace.scratch + "/new.pem", "-noout", "-subject", "-nameopt", "RFC2253"]
                + ["-ext", "subjectAltName"])
        let script = """
            import sys
            from cryptography import x509
            c = x509.load_pem_x509_certificate(open(sys.argv[1], "rb").read())
            san = c.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            print(c.subject.rfc4514_string(), san.critical, list(san.value)[0].value)
            """
        let cryptography = try await Program.run(
            Program.testPython, ["-W", "error", "-c", script, workspace.scratch + "/new.pem"])
        #expect(openssl.status == 0 && cryptography.status == 0, cryptography.story)
        return (openssl.stdout, cryptography.stdout.trimmingCharacters(in: .newlines))
    }

    @Test("A common name over 64 characters is left out, and the alternative name says who it is")
    func leftOut() async throws {
        let san = "[\"URI:urn:device:{device}\"]"
        let some = try await issued(workspace("CN={device},O=Example Devices", san, device: Self.long))
        #expect(some.cryptography == "O=Example Devices False urn:device:\(Self.long)")
        #expect(
            some.openssl.contains("subject=O=Example Devices\n") && some.openssl.contains("URI:urn:device:\(Self.long)")
        )
        let all = try await issued(workspace("CN={device}", san, device: Self.long))
        #expect(
            all.cryptography == " True urn:device:\(Self.long)", "without a subject the alternative name is critical")
        let fits = try await issued(workspace("CN={device}", san, device: String(Self.long.dropLast())))
        #expect(fits.cryptography.hasPrefix("CN=\(Self.long.dropLast()) False"))
    }

    @Test(
        "Where nothing else says it, or the profile refuses, the row is blocked with what to do; kept, it is issued as ever",
        arguments: [
            ("[]", "", true), ("[\"URI:urn:device:{device}\"]", "longNames: refuse", true),
            ("[]", "longNames: keep", false),
        ])
    func blocked(alternative: String, longNames: String, isBlocked: Bool) async throws {
        let workspace = try await workspace(
            "CN={device},O=Example Devices", alternative, longNames: longNames, device: Self.long)
        let plan = try await workspace.plan()
        #expect(plan.devices(isBlocked ? "blocked" : "issue") == [Self.long])
        if isBlocked {
            #expect(plan.decisions[0].reason.text.contains("RFC 5280 allows 64"))
            #expect(try await workspace.job("run", "--at", now).status == 3)
        }
    }

    @Test("A device called . or .. gets no certificate whose URI leads to another one's", arguments: [".", ".."])
    func dots(device: String) async throws {
        let template = "[\"URI:https://devices.example/{account}/{device}\"]"
        let workspace = try await workspace("O=Example Devices", template, device: device)
        let plan = try await workspace.plan()
        #expect(plan.devices("blocked") == [device] && plan.decisions[0].reason.text.contains("resolves away"))
        #expect(try await workspace.job("run", "--at", now).status == 3)
    }
}

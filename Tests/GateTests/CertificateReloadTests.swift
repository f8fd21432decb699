import Foundation
import RotationTesting
import Testing

@testable import Gate

@Suite("The server's certificate is exchanged while it serves")
struct CertificateReloadTests {
    /// The common name of the certificate that a client is shown.
    private func shown(by gate: TestGate) async throws -> String {
        let outcome = try await Programs.run(
            ["openssl", "s_client", "-connect", "127.0.0.1:\(gate.port)", "-showcerts"])
        return outcome.text.firstMatch(of: /subject=CN ?= ?([\w-]+)/).map { String($0.1) } ?? outcome.text
    }

    private func install(_ identity: Identity, in gate: TestGate, key: Identity? = nil) throws {
        try gate.folder.write("server.key", (key ?? identity).folder.read("\((key ?? identity).name).key"), mode: 0o600)
        try gate.folder.write("server.pem", identity.pem)
    }

    @Test("A reload shows the new one to new connections; an open one goes on")
    func reload() async throws {
        let next = try Identity("next")
        try await TestGate.serving { gate in
            #expect(try await shown(by: gate) == "server")
            let done = gate.folder["done"]
            async let old = gate.say(
                [
                    .send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"), .answers(1), .await(done),
                    .send("GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
                ], by: .tls)
            #expect(try await eventually { gate.responder.count == 1 })
            try install(next, in: gate)
            gate.server.reloadCertificates()
            #expect(try await shown(by: gate) == "next")
            try gate.folder.write("done", "")
            #expect(try await old.statuses == [200, 200])
            #expect(gate.observer.notes.count == 1 && gate.observer.warnings.isEmpty)
            #expect(try await gate.sample("rotation_gate_certificate_reloads_total{outcome=done}") == 1)
        }
    }

    @Test(
        "One that cannot be used changes nothing, and is told",
        arguments: ["damaged", "foreign key", "open key", "gone"])
    func bad(kind: String) async throws {
        let next = try Identity("next")
        try await TestGate.serving { gate in
            switch kind {
            case "damaged": try gate.folder.write("server.pem", "-----BEGIN CERTIFICATE-----\nx\n")
            case "foreign key": try gate.folder.write("server.pem", next.pem)
            case "open key": try gate.folder.write("server.key", gate.folder.read("server.key"), mode: 0o644)
            default: try FileManager.default.removeItem(atPath: gate.folder["server.key"])
            }
            gate.server.reloadCertificates()
            #expect(try await shown(by: gate) == "server")
            let warning = try #require(gate.observer.warnings.first)
            #expect(warning.hasPrefix("the server's certificates stay as they were: "))
            #expect(try await gate.sample("rotation_gate_certificate_reloads_total{outcome=failed}") == 1)
            // The next good one is taken.
            try install(next, in: gate)
            gate.server.reloadCertificates()
            #expect(try await shown(by: gate) == "next")
        }
    }

    @Test("Files that change are noticed without a signal, and a bad one is told once")
    func watched() async throws {
        let next = try Identity("next")
        var options = TestGate.Options()
        options.certificateCheck = .milliseconds(20)
        try await TestGate.serving(options) { gate in
            try gate.folder.write(
                "server.pem", "no certificate, and longer than what stood here " + String(repeating: ".", count: 2000))
            #expect(try await eventually { !gate.observer.warnings.isEmpty })
            #expect(try await shown(by: gate) == "server")
            #expect(gate.observer.warnings.count == 1)
            try install(next, in: gate)
            #expect(try await eventually { try await shown(by: gate) == "next" })
        }
    }
}

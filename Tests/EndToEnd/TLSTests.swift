import Foundation
import Testing

/// Mutual TLS with what was issued, between OpenSSL's programs, GnuTLS's and curl.
///
/// Devices' keys are RSA and EC, which both versions of TLS sign handshakes with, so there is no algorithm to leave out. That TLS 1.3 does not
/// list DSA concerns the signature on the certificate alone: a server may show such a chain all the same (RFC 8446, 4.4.2.2), and these
/// programs verify it.
@Suite("TLS with issued certificates")
struct TLSTests {
    struct Handshake: Decodable {
        let name: String, server: String, client: String, version: String
        let error: String?
    }

    private struct Case: Encodable {
        let name: String, certificate: String, chain: String, key: String
        var serverTrusts: String?, clientTrusts: String?
    }

    static let servers = ["openssl s_server", "gnutls-serv"]
    static let clients = ["openssl s_client", "gnutls-cli", "curl"]
    static let versions = ["1.2", "1.3"]

    private static func shake(_ cases: [Case], root: String) async throws -> [Handshake] {
        let output = try await Program.run(
            Program.testPython, ["-B", Package.judges + "/tls.py", root], input: JSONEncoder().encode(cases))
        try #require(output.status == 0, output.story)
        let handshakes = try JSONDecoder().decode([Handshake].self, from: output.stdoutBytes)
        try #require(handshakes.count == cases.count * servers.count * clients.count * versions.count)
        return handshakes
    }

    private static func aCase(_ number: Int, of fleet: AlgorithmFleet) -> Case {
        let device = AlgorithmFleet.devices[number]
        return Case(
            name: device, certificate: fleet.certificate(device),
            chain: fleet.authority(SigningCase.all[number].authority), key: fleet.key(device))
    }

    private static let handshakes = Task {
        let fleet = try await AlgorithmFleet.shared.value
        return try await shake(SigningCase.all.indices.map { aCase($0, of: fleet) }, root: fleet.root)
    }

    @Test("every algorithm's certificates complete every handshake, on both sides")
    func complete() async throws {
        for handshake in try await TLSTests.handshakes.value {
            let number = try #require(AlgorithmFleet.devices.firstIndex(of: handshake.name))
            #expect(
                handshake.error == nil,
                "\(SigningCase.all[number].testDescription): \(handshake.client) to \(handshake.server) by TLS \(handshake.version)"
            )
        }
    }

    @Test("no handshake is complete where a side does not trust the other's authority")
    func untrusted() async throws {
        let fleet = try await AlgorithmFleet.shared.value
        let other = Package.fixtures + "/plant/authorities/ca-1.pem"
        var (server, client) = (TLSTests.aCase(2, of: fleet), TLSTests.aCase(2, of: fleet))
        server.serverTrusts = other
        client.clientTrusts = other
        for handshake in try await TLSTests.shake([server, client], root: fleet.root) {
            #expect(handshake.error != nil, "\(handshake.client) to \(handshake.server) by TLS \(handshake.version)")
        }
    }

    @Test("docs/algorithms.md has the table as it came out")
    func document() async throws {
        let document = try String(contentsOfFile: Package.root + "/docs/algorithms.md", encoding: .utf8)
        let lines = document.components(separatedBy: "\n")
        let head = try #require(lines.firstIndex { $0.hasPrefix("| server | client |") })
        #expect(lines[(head + 2)...].prefix { $0.hasPrefix("|") } == (try await TLSTests.table())[...])
    }

    private static func table() async throws -> [String] {
        let handshakes = try await handshakes.value
        return servers.flatMap { server in
            clients.map { client in
                let counts = versions.map { version in
                    let these = handshakes.filter { ($0.server, $0.client, $0.version) == (server, client, version) }
                    return "\(these.count { $0.error == nil }) of \(these.count)"
                }
                return "| `\(server)` | `\(client)` | \(counts.joined(separator: " | ")) |"
            }
        }
    }
}

import Foundation
import RotationModel
import RotationTesting
import System
import Testing

@testable import PKI

@Suite("What a TLS server shows of itself")
struct TLSServerCertificateTests {
    @Test("a certificate that is not the key's is refused, and one that stands behind others is pointed at")
    func foreign() throws {
        let (own, other) = (try TestServer.ecdsa.get(), try TestServer.rsa.get())
        let key = try PrivateKey.generate(.ecdsaP256)
        let foreign = try failure { _ = try ServerCertificate(chain: own.chain, key: key, place: "gate/server.pem") }
        #expect(foreign.code == .configuration && foreign.place == "gate/server.pem")
        #expect(foreign.message.contains("CN=gate.example.com") && foreign.advice == "name the key that belongs to it")
        let behind = try failure {
            _ = try ServerCertificate(chain: other.chain + own.chain, key: own.key)
        }
        #expect(behind.advice == "put the server's own certificate first")
    }

    @Test("keys that not every client can use are refused", arguments: ["rsa-1024", "rsa-pss", "dsa-2048", "ed25519"])
    func keys(name: String) throws {
        let key =
            switch name {
            case "ed25519": try PrivateKey.generate(.ed25519)
            case "dsa-2048": try TestKeys.key("ca-dsa-2048")
            default: try TestKeys.key("device-" + name)
            }
        let pki = try ThrowawayPKI(now: now)
        let certificate = try pki.certificate(device: "gate", key: key.publicKey)
        let error = try failure { _ = try ServerCertificate(chain: [certificate], key: key) }
        #expect(error.code == .configuration && error.advice.contains("ecdsa-p256"), "\(error)")
    }

    @Test("a certificate that must not sign handshakes is refused")
    func keyUsage() throws {
        let error = try failure {
            _ = try TestServer.certificate(PrivateKey.generate(.ecdsaP256), keyUsage: [.keyAgreement])
        }
        #expect(error.code == .configuration && error.advice.contains("digitalSignature"))
    }

    @Test("a chain is read from PEM, and sent as it stands")
    func chain() throws {
        let pki = try ThrowawayPKI(now: now)
        let (certificate, key) = try pki.device("gate")
        let bundle = Array((certificate.pem + pki.authority.certificate.pem).utf8)
        let server = try LoopbackServer(ServerContext([ServerCertificate(reading: bundle, key: key)]))
        let shown = try TLSClients.openssl(server, ["-showcerts"]).text
        let sent = try Certificate.all(reading: Array(shown.utf8))
        #expect(sent == [certificate, pki.authority.certificate])
    }

    @Test("no certificate, and two of a kind, are refused")
    func number() throws {
        let ecdsa = try TestServer.ecdsa.get()
        #expect(try failure { _ = try ServerContext([]) }.code == .configuration)
        let two = try failure { _ = try ServerContext([ecdsa, ecdsa]) }
        #expect(two.code == .configuration && two.advice.contains("one with an RSA key"))
    }

    @Test("a new context serves new sessions, and those that are open go on with the one they began with")
    func reload() async throws {
        let (old, fresh) = (try TestServer.ecdsa.get(), try TestServer.certificate(PrivateKey.generate(.ecdsaP384)))
        let server = try LoopbackServer(ServerContext([old]))
        // It asks a second after it has connected.
        let client = "openssl s_client -showcerts -ign_eof -connect 127.0.0.1:\(server.port)"
        let slow = Task(executorPreference: BlockingThreads.shared) {
            try ExternalProgram.run(["sh", "-c", "(sleep 1; printf 'GET / HTTP/1.0\\r\\n\\r\\n') | \(client)"])
        }
        try #require(server.hasBegun())
        server.replace(try ServerContext([fresh]))
        let quick = try TLSClients.openssl(server, ["-showcerts"])
        #expect(try Certificate.all(reading: quick.output) == fresh.chain)
        let outcome = try await slow.value
        #expect(outcome.report != nil, "\(outcome.errors)")
        #expect(try Certificate.all(reading: outcome.output) == old.chain)
    }
}

import Foundation
import PKI
import RotationModel
import RotationTesting
import Testing

@Suite("Clients' certificates in TLS")
struct TLSClientCertificateTests {
    static let versions = ["1.2", "1.3"]

    /// The eight signature algorithms of the registry.
    static let signatures = [
        AuthorityAlgorithm(authority: "rsa-2048", signature: .sha256WithRSA),
        AuthorityAlgorithm(authority: "rsa-2048", signature: .sha384WithRSA),
        AuthorityAlgorithm(authority: "rsa-2048", signature: .sha512WithRSA),
        AuthorityAlgorithm(authority: "rsa-pss", signature: .rsassaPSS, hash: .sha256),
        AuthorityAlgorithm(authority: "dsa-2048", signature: .dsaWithSHA256),
        AuthorityAlgorithm(authority: "ecdsa-p256", signature: .ecdsaWithSHA256),
        AuthorityAlgorithm(authority: "ecdsa-p384", signature: .ecdsaWithSHA384),
        AuthorityAlgorithm(authority: "ecdsa-p521", signature: .ecdsaWithSHA512),
    ]

    /// RSA-1024 proves its possession too: to refuse it as weak is for the application.
    static let keys = [
        "ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "rsa-1024", "rsa-2048", "rsa-4096", "rsa-pss", "rsa-pss-sha256",
    ]

    @Test(
        "each signature algorithm with each device key is taken from each client by TLS 1.2 and 1.3",
        arguments: signatures, keys)
    func matrix(signature: AuthorityAlgorithm, key: String) throws {
        let server = try TestServer.start()
        let identity = try ClientIdentity(key: key, by: signature)
        for version in TLSClientCertificateTests.versions {
            var outcomes = [
                "openssl": try TLSClients.openssl(
                    server, ["-tls1_\(version.last!)", "-cipher", "DEFAULT:@SECLEVEL=0"], as: identity)
            ]
            // With 1,024 bits the others' own rules stand in the way.
            if key != "rsa-1024" {
                outcomes["gnutls"] = try TLSClients.gnutls(server, "NORMAL:-VERS-ALL:+VERS-TLS\(version)", as: identity)
                outcomes["curl"] = try TLSClients.curl(
                    server, ["--tlsv\(version)", "--tls-max", version], as: identity)
            }
            for (client, outcome) in outcomes {
                #expect(
                    outcome.report?.fingerprint == identity.certificate.fingerprint.description,
                    "\(client), TLS \(version): \(outcome.errors)")
                #expect(outcome.report?.version == "TLSv\(version)")
            }
        }
    }

    @Test("a client without a certificate is served, and known to have none", arguments: versions)
    func none(version: String) throws {
        let report = try #require(try TLSClients.openssl(TestServer.start(), ["-tls1_\(version.last!)"]).report)
        #expect(report.fingerprint == nil)
    }

    @Test("whether a certificate has expired is not judged", arguments: versions)
    func expired(version: String) throws {
        let identity = try ClientIdentity(key: "ecdsa-p256", until: Timestamp(seconds: 1_600_000_000))
        let outcome = try TLSClients.openssl(TestServer.start(), ["-tls1_\(version.last!)"], as: identity)
        #expect(outcome.report?.fingerprint == identity.certificate.fingerprint.description, "\(outcome.errors)")
    }

    @Test(
        "a client that has not the private key of its certificate fails",
        arguments: versions, [("ecdsa-p256", false), ("rsa-2048", false), ("ecdsa-p256", true), ("rsa-2048", true)])
    func foreignKey(version: String, client: (key: String, isForeign: Bool)) throws {
        let server = try TestServer.start()
        let identity = try ClientIdentity(key: client.key)
        let other = try TemporaryFolder()
        try openssl(
            client.key == "rsa-2048"
                ? ["genrsa", "-out", "key", "2048"]
                : ["ecparam", "-genkey", "-noout", "-name", "prime256v1", "-out", "key"],
            in: other)
        let key = client.isForeign ? other["key"] : identity.keyPath
        let outcome = try TLSClients.tlslite(server, version: version, certificate: identity, key: key)
        if client.isForeign {
            #expect(outcome.report == nil)
            #expect(reason(server.ends().first) == .foreignKey, "\(server.ends()) \(outcome.errors)")
        } else {
            #expect(outcome.report?.fingerprint == identity.certificate.fingerprint.description, "\(outcome.errors)")
        }
    }

    @Test("a client whose certificates are more than 32 KiB is refused before they are read", arguments: versions)
    func longChain(version: String) throws {
        let server = try TestServer.start()
        let identity = try ClientIdentity(key: "ecdsa-p256")
        let once = Array(identity.certificate.pem.utf8)
        let count = 1_000_000 / identity.certificate.der.count
        let chain = try identity.folder.write("chain.pem", Array(repeatElement(once, count: count).joined()))
        let outcome = try TLSClients.openssl(server, ["-tls1_\(version.last!)", "-cert_chain", chain], as: identity)
        #expect(outcome.report == nil)
        #expect(reason(server.ends().first) == .tooLong, "\(server.ends()) \(outcome.errors)")
    }

    @Test("a chain below that is taken, and the first of it is the client's")
    func chain() throws {
        let identity = try ClientIdentity(key: "rsa-2048")
        let chain = TestKeys.folder + "ca-ecdsa-p256.pem"
        let outcome = try TLSClients.openssl(TestServer.start(), ["-cert_chain", chain], as: identity)
        #expect(outcome.report?.fingerprint == identity.certificate.fingerprint.description, "\(outcome.errors)")
    }
}

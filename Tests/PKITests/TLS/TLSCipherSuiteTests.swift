import PKI
import RotationModel
import RotationTesting
import Testing

@Suite("The TLS that the server speaks")
struct TLSCipherSuiteTests {
    @Test(
        "a server with an ECDSA and an RSA certificate has each of AWS IoT's suites of TLS 1.2",
        arguments: CipherSuites.tls12)
    func tls12(suite: String) throws {
        let server = try TestServer.start()
        let outcome = try TLSClients.openssl(server, ["-tls1_2", "-cipher", suite])
        #expect(outcome.report?.cipherSuite == suite, "\(outcome.errors)")
        #expect(outcome.report?.version == "TLSv1.2")
    }

    @Test("it has each suite of TLS 1.3", arguments: CipherSuites.tls13)
    func tls13(suite: String) throws {
        let server = try TestServer.start()
        let outcome = try TLSClients.openssl(server, ["-tls1_3", "-ciphersuites", suite])
        #expect(outcome.report?.cipherSuite == suite, "\(outcome.errors)")
        #expect(outcome.report?.version == "TLSv1.3")
    }

    @Test("there are eighteen of TLS 1.2: six for ECDSA, twelve for RSA")
    func count() {
        #expect(CipherSuites.tls12.count == 18 && Set(CipherSuites.tls12).count == 18)
        #expect(CipherSuites.tls12.count { $0.contains("ECDSA") } == 6)
    }

    @Test(
        "a server with one certificate serves its own suites alone",
        arguments: [("ECDHE-RSA-AES128-GCM-SHA256", false), ("ECDHE-ECDSA-AES128-GCM-SHA256", true)])
    func oneCertificate(suite: String, isServed: Bool) throws {
        let server = try LoopbackServer(ServerContext([TestServer.ecdsa.get()]))
        let outcome = try TLSClients.openssl(server, ["-tls1_2", "-cipher", suite])
        #expect((outcome.report != nil) == isServed)
        if !isServed { #expect(reason(server.ends().first) == .noSharedCipher) }
    }

    @Test("the server's order counts: a client that offers all gets the first")
    func order() throws {
        let server = try TestServer.start()
        let offered = CipherSuites.tls12.reversed().joined(separator: ":")
        #expect(
            try TLSClients.openssl(server, ["-tls1_2", "-cipher", offered]).report?.cipherSuite
                == CipherSuites.tls12.first)
        #expect(
            try TLSClients.openssl(
                server, ["-ciphersuites", CipherSuites.tls13.dropLast().reversed().joined(separator: ":")]
            )
            .report?.cipherSuite == CipherSuites.tls13.first)
    }

    @Test(
        "a suite of neither list is refused", arguments: ["DHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"])
    func others(suite: String) throws {
        let server = try TestServer.start()
        #expect(try TLSClients.openssl(server, ["-tls1_2", "-cipher", suite]).report == nil)
        #expect(reason(server.ends().first) == .noSharedCipher)
    }

    @Test("TLS 1.1 and 1.0 are refused", arguments: ["-tls1_1", "-tls1"])
    func old(version: String) throws {
        let server = try TestServer.start()
        let outcome = try TLSClients.openssl(server, [version, "-cipher", "ALL:@SECLEVEL=0"])
        #expect(outcome.report == nil && outcome.errors.contains("protocol version"), "\(outcome.errors)")
        #expect(reason(server.ends().first) == .version)
    }

    @Test(
        "the server name that was asked for is known, in lower case, in both versions",
        arguments: ["-tls1_2", "-tls1_3"])
    func serverName(version: String) throws {
        let server = try TestServer.start()
        let named = try TLSClients.openssl(server, [version, "-servername", "A.IoT.example.com"])
        #expect(named.report?.serverName == "a.iot.example.com")
        let unnamed = try TLSClients.openssl(server, [version, "-noservername"])
        #expect(unnamed.report != nil && unnamed.report?.serverName == nil)
    }

    @Test(
        "ALPN settles http/1.1; whoever speaks other protocols alone is refused",
        arguments: [("h2,http/1.1", true), ("http/1.1", true), ("h2", false), ("http/1.1x,http/1", false)])
    func alpn(offered: String, isTaken: Bool) throws {
        let server = try TestServer.start()
        let report = try TLSClients.openssl(server, ["-alpn", offered]).report
        #expect((report != nil) == isTaken)
        #expect(report?.applicationProtocol == (isTaken ? "http/1.1" : nil))
        if !isTaken { #expect(reason(server.ends().first) == .noSharedProtocol) }
    }

    @Test("a client without ALPN is served")
    func noALPN() throws {
        let report = try #require(try TLSClients.openssl(TestServer.start()).report)
        #expect(report.applicationProtocol == nil)
    }

    @Test(
        "a group that the server has not is refused",
        arguments: [("ffdhe2048", false), ("P-256", true), ("P-521", true)])
    func groups(group: String, isTaken: Bool) throws {
        let server = try TestServer.start()
        #expect((try TLSClients.openssl(server, ["-tls1_3", "-groups", group]).report != nil) == isTaken)
        if !isTaken { #expect(reason(server.ends().first) == .noSharedGroup) }
    }
}

/// Why a session failed; nil where it did not.
func reason(_ state: ServerSession.State?) -> TLSFailure.Reason? {
    if case .failed(let failure) = state { failure.reason } else { nil }
}

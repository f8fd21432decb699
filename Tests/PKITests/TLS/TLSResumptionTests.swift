import Foundation
import PKI
import RotationTesting
import Testing

@Suite("TLS sessions are never resumed nor renegotiated")
struct TLSResumptionTests {
    static let versions = ["-tls1_2", "-tls1_3"]

    @Test("a client is given nothing to resume a session by", arguments: versions)
    func nothing(version: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try TLSClients.openssl(TestServer.start(), [version, "-sess_out", folder["session"]])
        #expect(outcome.report != nil && !outcome.text.contains("session ticket"), "\(outcome.text)")
        #expect(!FileManager.default.fileExists(atPath: folder["session"]))
    }

    @Test("a client that comes with a session all the same shakes hands anew", arguments: versions)
    func resumed(version: String) throws {
        let folder = try TemporaryFolder()
        // OpenSSL's own server gives one away: by a session id, and by a ticket.
        let script = """
            openssl ecparam -genkey -noout -name prime256v1 -out key
            openssl req -x509 -key key -out certificate -subj /CN=other 2>errors
            openssl s_server -accept 127.0.0.1:0 -naccept 1 -www -cert certificate -key key >server 2>&1 &
            until port=$(sed -n 's/ACCEPT 127.0.0.1:\\([0-9]*\\)/\\1/p' server) && [ -n "$port" ]; do sleep 0.1; done
            printf 'GET / HTTP/1.0\\r\\n\\r\\n' | openssl s_client \(version) -ign_eof -connect 127.0.0.1:$port -sess_out session
            """
        _ = try ExternalProgram.run(["sh", "-c", script], in: folder.path)
        try #require(FileManager.default.fileExists(atPath: folder["session"]))
        let outcome = try TLSClients.openssl(TestServer.start(), [version, "-sess_in", folder["session"]])
        #expect(outcome.text.contains("New, TLSv1") && !outcome.text.contains("Reused, TLSv1"), "\(outcome.text)")
        #expect(outcome.report != nil, "\(outcome.errors)")
    }

    @Test("a client that connects again and again gets a new session each time")
    func reconnect() throws {
        let outcome = try TLSClients.openssl(TestServer.start(), ["-tls1_2", "-reconnect"])
        #expect(outcome.text.components(separatedBy: "New, TLSv1.2").count > 5, "\(outcome.text)")
        #expect(!outcome.text.contains("Reused"))
    }

    @Test("a client that wants to negotiate anew is refused")
    func renegotiation() throws {
        let server = try TestServer.start()
        defer { withExtendedLifetime(server) {} }
        // A line of one R makes s_client ask for it.
        let outcome = try ExternalProgram.run(
            ["sh", "-c", "(sleep 0.5; echo R; sleep 0.5) | openssl s_client -tls1_2 -connect 127.0.0.1:\(server.port)"])
        #expect(outcome.text.contains("RENEGOTIATING") || outcome.errors.contains("RENEGOTIATING"), "\(outcome)")
        #expect(outcome.errors.contains("no renegotiation"), "\(outcome.errors)")
    }
}

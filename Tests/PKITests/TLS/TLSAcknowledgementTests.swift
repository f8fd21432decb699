import Foundation
import PKI
import RotationTesting
import Testing

/// A client that leaves Nagle's algorithm on keeps its request back until its end of the handshake is acknowledged.
@Suite("A TLS client that waits for acknowledgements")
struct TLSAcknowledgementTests {
    /// Sends its request once the server has said something behind the handshake.
    private static let client = """
        import socket, ssl, sys
        context = ssl._create_unverified_context()
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        context.minimum_version = context.maximum_version = ssl.TLSVersion[sys.argv[4]]
        with context.wrap_socket(socket.create_connection(("127.0.0.1", int(sys.argv[1])))) as session:
            assert session.recv(1) == b"!"
            session.send(b"GET / HTTP/1.0\\r\\n\\r\\n")
            assert session.recv(1000)
        """

    @Test(
        "The socket is to acknowledge at once where the server has nothing to say in the handshake, and never else",
        arguments: ["TLSv1_2", "TLSv1_3"])
    func asked(version: String) throws {
        let identity = try ClientIdentity(key: "ecdsa-p256")
        var options = LoopbackServer.Options()
        options.greets = true
        let server = try TestServer.start(options)
        defer { withExtendedLifetime(server) {} }
        let outcome = try ExternalProgram.run([
            python, "-c", TLSAcknowledgementTests.client, "\(server.port)", identity.certificatePath, identity.keyPath,
            version,
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let steps = server.steps
        let established = try #require(steps.firstIndex { $0.state == .established })
        for (position, step) in steps.enumerated() {
            let isWaitedFor = position <= established && !step.hasOutput && !step.hasPlaintext
            #expect(step.wantsAcknowledgement == isWaitedFor, "\(position): \(steps)")
        }
        // In TLS 1.3 the client's end of the handshake is the last of it; in TLS 1.2 the server's is.
        #expect(steps[established].wantsAcknowledgement == (version == "TLSv1_3"))
        #expect(steps.contains { $0.hasPlaintext })
    }
}

import Foundation
import PKI
import RotationTesting
import Testing

@Suite("A TLS client that waits for acknowledgements")
struct TLSAcknowledgementTests {
    /// Sends the request by itself, behind the handshake, with Nagle's algorithm on; prints the milliseconds of the quickest of ten.
    private static let client = """
        import socket, ssl, sys, time
        context = ssl._create_unverified_context()
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        context.minimum_version = context.maximum_version = ssl.TLSVersion[sys.argv[4]]
        def once():
            connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            began = time.perf_counter()
            with context.wrap_socket(connection) as session:
                session.send(b"GET / HTTP/1.0\\r\\n\\r\\n")
                assert session.recv(1000)
            return (time.perf_counter() - began) * 1000
        print(min(once() for _ in range(10)))
        """

    @Test(
        "no handshake stalls for the 40 ms by which the kernel puts acknowledgements off",
        arguments: ["TLSv1_2", "TLSv1_3"])
    func stall(version: String) throws {
        let identity = try ClientIdentity(key: "ecdsa-p256")
        let server = try TestServer.start()
        defer { withExtendedLifetime(server) {} }
        let outcome = try ExternalProgram.run([
            python, "-c", TLSAcknowledgementTests.client, "\(server.port)", identity.certificatePath, identity.keyPath,
            version,
        ])
        let milliseconds = try #require(
            Double(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(outcome.errors)")
        #expect(milliseconds < 38)
    }
}

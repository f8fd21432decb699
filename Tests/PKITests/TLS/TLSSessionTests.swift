import Foundation
import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("A TLS session, fed with bytes")
struct TLSSessionTests {
    /// What a client sends first.
    private static let hello = Result {
        let script = """
            import ssl, sys
            context = ssl.create_default_context()
            read, written = ssl.MemoryBIO(), ssl.MemoryBIO()
            try:
                context.wrap_bio(read, written, server_hostname="gate.example.com").do_handshake()
            except ssl.SSLWantReadError:
                sys.stdout.buffer.write(written.read())
            """
        return try ExternalProgram.run([python, "-c", script]).output
    }

    private static func session() throws -> ServerSession { try ServerSession(TestServer.both.get()) }

    @Test("half of a ClientHello is waited on; the rest of it brings the server's answer")
    func half() throws {
        let hello = try TLSSessionTests.hello.get()
        let session = try TLSSessionTests.session()
        #expect(session.receive(Array(hello[..<100])).plaintext.isEmpty)
        #expect(session.state == .handshaking && session.takeOutput().isEmpty)
        _ = session.receive(Array(hello[100...]))
        #expect(session.state == .handshaking && session.handshake == nil)
        // A handshake record, then nothing more.
        #expect(session.takeOutput().first == 22 && session.takeOutput().isEmpty)
    }

    @Test("before the handshake is complete nothing can be said")
    func early() throws {
        let session = try TLSSessionTests.session()
        _ = session.receive(try TLSSessionTests.hello.get())
        _ = session.takeOutput()
        #expect(!session.send(Array("HTTP/1.1 200 OK".utf8)))
        #expect(session.takeOutput().isEmpty)
        session.close()
        #expect(session.state == .closed && session.takeOutput().isEmpty)
    }

    @Test(
        "what is no TLS is named, and nothing more is taken",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", TLSFailure.Reason.plainHTTP), ("CONNECT a:1 HTTP/1.1\r\n", .plainHTTP),
            ("SSH-2.0-OpenSSH_9.2\r\n", .notTLS), (String(repeating: "\u{0}", count: 64), .notTLS),
            ("\u{10}\u{0C}\u{0}\u{4}MQTT\u{4}\u{2}", .notTLS),
        ])
    func garbage(text: String, expected: TLSFailure.Reason) throws {
        let session = try TLSSessionTests.session()
        _ = session.receive(Array(text.utf8))
        #expect(reason(session.state) == expected, "\(session.state)")
        let state = session.state
        _ = session.takeOutput()
        _ = session.receive(try TLSSessionTests.hello.get())
        #expect(session.state == state && session.takeOutput().isEmpty)
    }

    @Test("random bytes fail, and so does a ClientHello that breaks off into them")
    func random() throws {
        var generator = SeededGenerator(seed: 7)
        let hello = try TLSSessionTests.hello.get()
        for round in 0..<500 {
            let session = try TLSSessionTests.session()
            let noise = (0..<600).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = session.receive(
                Array(hello[..<(round % 2 == 0 ? 0 : Int.random(in: 0..<hello.count, using: &generator))]) + noise)
            _ = session.takeOutput()
            #expect(session.state != .established && session.handshake == nil)
        }
    }

    @Test("a ClientHello with any one byte changed is answered or refused, and never completes a handshake")
    func changedHello() throws {
        let hello = try TLSSessionTests.hello.get()
        for place in hello.indices {
            var changed = hello
            changed[place] ^= 0xFF
            let session = try TLSSessionTests.session()
            _ = session.receive(changed)
            #expect(session.state != .established)
        }
    }

    @Test(
        "a ClientHello that says that it is longer than 16 KiB is refused by its first nine bytes, in whatever pieces")
    func longHello() throws {
        // A record of 512 bytes that begins a ClientHello of 128 KiB.
        let start: [UInt8] = [22, 3, 1, 2, 0, 1, 1, 0xFF, 0xFF]
        let whole = try TLSSessionTests.session()
        _ = whole.receive(start)
        #expect(reason(whole.state) == .tooLong)
        let pieces = try TLSSessionTests.session()
        for byte in start { _ = pieces.receive([byte]) }
        #expect(reason(pieces.state) == .tooLong)
        // Its length in a record of its own.
        let split = try TLSSessionTests.session()
        _ = split.receive([22, 3, 1, 0, 2, 1, 1, 22, 3, 1, 0, 2, 0xFF, 0xFF])
        #expect(reason(split.state) == .tooLong)
        let allowed = try TLSSessionTests.session()
        _ = allowed.receive([22, 3, 1, 2, 0, 1, 0, 0x40, 0])
        #expect(allowed.state == .handshaking)
    }

    @Test("a client cannot go on with a handshake for ever by records that mean nothing")
    func endless() throws {
        let session = try TLSSessionTests.session()
        _ = session.receive(try TLSSessionTests.hello.get())
        // TLS 1.3 passes over change_cipher_spec (RFC 8446, 5).
        for _ in 0..<1000 { _ = session.receive([20, 3, 3, 0, 1, 1]) }
        #expect(reason(session.state) == .protocolError, "\(session.state)")
    }

    @Test("a client that says that it sends no more still gets its answer", arguments: ["TLSv1_2", "TLSv1_3"])
    func halfClosed(version: String) throws {
        // The request and close_notify reach the server at once.
        let script = """
            import socket, ssl, sys
            context = ssl._create_unverified_context()
            context.minimum_version = context.maximum_version = ssl.TLSVersion[sys.argv[2]]
            connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            read, written = ssl.MemoryBIO(), ssl.MemoryBIO()
            session = context.wrap_bio(read, written)
            def finish(step):
                while True:
                    try:
                        return step()
                    except ssl.SSLWantReadError:
                        connection.sendall(written.read())
                        read.write(connection.recv(65536))
            finish(session.do_handshake)
            session.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
            try:
                session.unwrap()
            except ssl.SSLWantReadError:
                pass
            connection.sendall(written.read())
            answer = b""
            while part := connection.recv(65536):
                answer += part
            print(len(answer))
            """
        let server = try TestServer.start()
        defer { withExtendedLifetime(server) {} }
        let outcome = try ExternalProgram.run([python, "-c", script, "\(server.port)", version])
        // An alert alone would be some thirty bytes.
        #expect(try #require(Int(outcome.text.filter(\.isNumber)), "\(outcome.errors)") > 150)
    }

    @Test("bytes one at a time come to the same as all at once", arguments: ["-tls1_2", "-tls1_3"])
    func byByte(version: String) throws {
        var options = LoopbackServer.Options()
        options.piece = 1
        let identity = try ClientIdentity(key: "rsa-2048")
        let slow = try #require(try TLSClients.openssl(TestServer.start(options), [version], as: identity).report)
        let whole = try TLSClients.openssl(TestServer.start(), [version], as: identity).report
        #expect(slow == whole)
    }

    @Test("a megabyte goes either way unchanged", arguments: [("1.2", 65_536), ("1.3", 65_536), ("1.3", 1_000)])
    func large(version: String, piece: Int) throws {
        var options = LoopbackServer.Options()
        (options.filler, options.piece) = (1_000_000, piece)
        var generator = SeededGenerator(seed: 1)
        let body = (0..<1_000_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let folder = try TemporaryFolder()
        let file = try folder.write("body", body)
        let outcome = try TLSClients.curl(
            TestServer.start(options),
            ["--tlsv\(version)", "--tls-max", version, "--data-binary", "@\(file)", "--header", "Expect:"])
        #expect(outcome.report?.bodyDigest == Fingerprint(SHA256.digest(body)).description, "\(outcome.errors)")
        #expect(outcome.output.count { $0 == 0x2E } >= 1_000_000)
    }

    @Test("a client that breaks off says why")
    func alert() throws {
        let server = try TestServer.start()
        _ = try TLSClients.openssl(server, ["-verify_return_error", "-CAfile", TestKeys.folder + "root.pem"])
        let end = try #require(server.ends().first)
        #expect(end == .failed(TLSFailure(.alert, "unknown CA")), "\(end)")
    }

    @Test("each reason has a sentence of its own")
    func sentences() {
        let sentences = TLSFailure.Reason.allCases.map(\.sentence)
        #expect(Set(sentences).count == sentences.count && sentences.allSatisfy { !$0.hasSuffix(".") })
    }
}

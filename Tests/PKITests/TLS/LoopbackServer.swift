import Foundation
import PKI
import RotationModel
import Synchronization

/// A server on loopback that drives ``PKI/ServerSession`` by a plain socket, a thread for each connection, and answers the first HTTP request
/// of each with what it knows of it (``Report``).
final class LoopbackServer: Sendable {
    /// What the server saw, in one line of JSON: the answer's body.
    struct Report: Codable, Equatable, Sendable {
        let version: String
        let cipherSuite: String
        let serverName: String?
        let applicationProtocol: String?
        let fingerprint: String?
        let bodyDigest: String
    }

    struct Options: Sendable {
        /// The session is handed no more than so many bytes at once.
        var piece = 64 * 1024
        /// Whether the socket's acknowledgements are hastened when the session asks for it.
        var acknowledges = true
        /// How many bytes follow the report.
        var filler = 0
        /// Whether the server says something, one byte, when the handshake is complete.
        var greets = false
    }

    /// What came of some bytes of a client.
    struct Step: Equatable, Sendable {
        let state: ServerSession.State
        /// Whether the client had said something in the clear.
        let hasPlaintext: Bool
        /// Whether there was something to be sent to it.
        let hasOutput: Bool
        let wantsAcknowledgement: Bool
    }

    let port: Int
    private let listener: CInt
    private let options: Options
    private let context: Mutex<ServerContext>
    private let begun = Mutex(0)
    private let ended = Mutex<[ServerSession.State]>([])
    private let taken = Mutex<[Step]>([])

    init(_ context: ServerContext, _ options: Options = Options()) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let done = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard done else { throw RotationError(.io, "no port can be listened on") }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.context = Mutex(context)
        self.options = options
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let server = self else { break }
                Thread.detachNewThread { server.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Sessions from now on are of this one.
    func replace(_ context: ServerContext) { self.context.withLock { $0 = context } }

    /// All that was received, by all sessions.
    var steps: [Step] { taken.withLock { $0 } }

    /// Whether a session has begun, at the latest ten seconds from now.
    func hasBegun() -> Bool {
        for _ in 0..<1000 {
            if begun.withLock({ $0 > 0 }) { return true }
            usleep(10_000)
        }
        return false
    }

    /// How each connection ended, in the order in which they did, once there are so many; fewer after ten seconds.
    func ends(_ count: Int = 1) -> [ServerSession.State] {
        for _ in 0..<1000 {
            let ended = ended.withLock { $0 }
            if ended.count >= count { return ended }
            usleep(10_000)
        }
        return ended.withLock { $0 }
    }

    private func serve(_ connection: CInt) {
        defer { close(connection) }
        var on: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
        guard let session = try? ServerSession(context.withLock { $0 }) else { return }
        begun.withLock { $0 += 1 }
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        var isAnswered = false
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            var rest = buffer[..<count]
            while !rest.isEmpty {
                let wasShaking = session.state == .handshaking
                let received = session.receive(Array(rest.prefix(options.piece)))
                rest = rest.dropFirst(options.piece)
                request += received.plaintext
                let output = session.takeOutput()
                taken.withLock {
                    $0.append(
                        Step(
                            state: session.state, hasPlaintext: !received.plaintext.isEmpty, hasOutput: !output.isEmpty,
                            wantsAcknowledgement: received.wantsAcknowledgement))
                }
                send(output, by: connection)
                if wasShaking, session.state == .established, options.greets { _ = session.send([0x21]) }
                if received.wantsAcknowledgement, options.acknowledges {
                    setsockopt(connection, Int32(IPPROTO_TCP), TCP_QUICKACK, &on, size)
                }
            }
            if !isAnswered, let report = report(on: session, request) {
                isAnswered = true
                _ = session.send(report)
                session.close()
            }
            send(session.takeOutput(), by: connection)
            if session.state != .handshaking, session.state != .established { break }
        }
        // What still comes is taken, so that the kernel does not throw away what was sent.
        shutdown(connection, Int32(SHUT_WR))
        while recv(connection, &buffer, buffer.count, 0) > 0 {}
        ended.withLock { $0.append(session.state) }
    }

    private func send(_ bytes: [UInt8], by connection: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The answer to a request; nil where it is not there as a whole.
    private func report(on session: ServerSession, _ request: [UInt8]) -> [UInt8]? {
        guard let handshake = session.handshake, let end = Data(request).range(of: Data("\r\n\r\n".utf8)) else {
            return nil
        }
        let head = String(decoding: request[..<end.lowerBound], as: UTF8.self).lowercased()
        let length = head.firstMatch(of: /content-length: *(\d+)/).flatMap { Int($0.1) } ?? 0
        let body = Array(request[end.upperBound...])
        guard body.count >= length else { return nil }
        let report = Report(
            version: handshake.version.rawValue, cipherSuite: handshake.cipherSuite, serverName: handshake.serverName,
            applicationProtocol: handshake.applicationProtocol,
            fingerprint: handshake.clientCertificate.map { Fingerprint(SHA256.digest($0)).description },
            bodyDigest: Fingerprint(SHA256.digest(body)).description)
        guard let json = try? JSONEncoder().encode(report) else { return nil }
        return Array("HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n".utf8) + json + Array("\n".utf8)
            + [UInt8](repeating: 0x2E, count: options.filler)
    }
}

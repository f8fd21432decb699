import Foundation
import Gate
import PKI
import RotationModel
import Synchronization

/// What reached the responder: the body of its answer.
struct Seen: Codable, Equatable {
    var method = ""
    var path = ""
    var headers: [String: String] = [:]
    var body = ""
    var transport = ""
    var certificate: String?
    var serverName: String?
    var address = ""
}

/// Says in JSON what it was asked. A few paths do other things.
final class EchoResponder: Responder {
    private let counts = Mutex(0)
    private let gates = Mutex((isOpen: false, waiting: 0))

    /// How many requests have reached it.
    var count: Int { counts.withLock { $0 } }
    /// How many are held at `/held`.
    var held: Int { gates.withLock { $0.waiting } }

    /// Lets those go on that ask for `/held`.
    func open() { gates.withLock { $0.isOpen = true } }

    static let large = 4 << 20

    func respond(to request: GateRequest, from peer: Peer, at now: Timestamp) async -> GateResponse {
        counts.withLock { $0 += 1 }
        switch request.path {
        case "/held":
            gates.withLock { $0.waiting += 1 }
            while !gates.withLock({ $0.isOpen }), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
            gates.withLock { $0.waiting -= 1 }
        case "/large": return GateResponse(200, body: [UInt8](repeating: 0x2E, count: EchoResponder.large))
        case "/nothing": return GateResponse(204)
        case "/headers":
            return GateResponse(
                200,
                headers: [
                    ("cache-control", "max-age=60"), ("x-two-lines", "a\r\nx-forged: b"), ("content-length", "999"),
                    ("ETag", "\"7\""),
                ], body: Array("hello".utf8))
        case "/refused": return Problem(403, "revoked", "no").response()
        default: break
        }
        let seen = Seen(
            method: request.method, path: request.path,
            headers: Dictionary(request.headers.map { ($0.name, $0.value) }) { "\($0)|\($1)" },
            body: String(decoding: request.body, as: UTF8.self), transport: peer.transport.rawValue,
            certificate: peer.certificate.map { SHA256.digest($0).hex }, serverName: peer.serverName,
            address: peer.address)
        let body = (try? JSONEncoder().encode(seen)) ?? Data()
        return GateResponse(200, headers: [("content-type", "application/json")], body: Array(body))
    }
}

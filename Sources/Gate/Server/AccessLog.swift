import Basics
import PKI
import RotationModel

/// One request as the access log has it: who, what, and what came of it; never a body or a key.
struct AccessRecord: Sendable {
    let time: Timestamp
    let peer: Peer
    let fingerprint: Fingerprint?
    let method: String
    let path: String
    let status: Int
    let refusal: String?
    /// From the end of the request's headers to the answer.
    let nanoseconds: Int64
    let handshake: Handshake?

    /// Characters of a path.
    private static let longestPath = 256

    /// A line of JSON.
    var line: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("time", time.rfc3339)
            json.member("transport", peer.transport.rawValue)
            if !peer.address.isEmpty { json.member("address", peer.address) }
            if let fingerprint { json.member("certificate", fingerprint.hex) }
            if let name = peer.serverName { json.member("serverName", name) }
            json.member("method", method)
            json.member("path", String(path.prefix(AccessRecord.longestPath)))
            json.member("status", status)
            if let refusal { json.member("refusal", refusal) }
            json.member("microseconds", Int(nanoseconds / 1000))
            if let handshake {
                json.member("tls", handshake.version.rawValue)
                json.member("suite", handshake.cipherSuite)
            }
        }
        json.newline()
        return json.drain()
    }
}

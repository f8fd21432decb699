import PKI
import RotationModel
import RotationTesting

/// What a client says first in TLS (RFC 8446, 4.1.2).
struct TLSTarget: FuzzedReader {
    private let context: ServerContext

    init() throws {
        let (certificate, key) = try ThrowawayPKI(now: Timestamp(seconds: 1_796_083_200)).device("gate")
        context = try ServerContext([ServerCertificate(chain: [certificate], key: key)])
    }

    func read(_ bytes: [UInt8]) throws -> FuzzTarget.Outcome {
        let (whole, pieces) = (try ServerSession(context), try ServerSession(context))
        var plaintext = whole.receive(bytes).plaintext
        for byte in bytes { plaintext += pieces.receive([byte]).plaintext }
        try require(plaintext.isEmpty && whole.handshake == nil, "a handshake is complete without an answer to it")
        try require(
            (whole.state == .handshaking) == (pieces.state == .handshaking),
            "at once it comes to \(whole.state), in pieces to \(pieces.state)")
        return whole.state == .handshaking && !whole.takeOutput().isEmpty ? .accepted : .refused
    }
}

import Basics
import PKI
import RotationModel
import RotationTesting

/// Makes what a broken or a hostile device hands in. Nothing of it may be taken.
struct Vandal {
    struct Piece {
        /// Under the inbox.
        let path: String
        let bytes: [UInt8]
    }

    private enum Kind: CaseIterable {
        case noRequest, brokenProof, hugeRequest, weakKey, neighboursKey, ownKey, forbiddenKey, nobody, badName,
            cutRequest
        case unsigned, symmetric, cutConfirmation, hugeConfirmation, neighboursConfirmation, foreignKey, oldKey
        case oldSequence, future, otherCertificate, extraMember

        static let falseProofs: [Kind] = [
            .unsigned, .symmetric, .cutConfirmation, .neighboursConfirmation, .foreignKey, .oldKey, .oldSequence,
            .future,
            .otherCertificate,
        ]
    }

    private let weak: PrivateKey
    private let forbidden: PrivateKey
    private let other: PrivateKey

    init() throws {
        weak = try PrivateKey.generate(.rsa(bits: 1024))
        forbidden = try PrivateKey.generate(.ecdsaP521)
        other = try PrivateKey.generate(.ecdsaP256)
    }

    /// - Parameters:
    ///   - neighboursRequest: a CSR of the neighbour's whose key has its certificate.
    ///   - isWaitedFor: whether the job waits for the device's proof, so that a false one could do harm.
    func piece(
        by device: SimulatedDevice, neighbour: SimulatedDevice, neighboursRequest: [UInt8]?, at now: Timestamp,
        isWaitedFor: Bool, using generator: inout SeededGenerator
    ) throws -> Piece {
        let kind = (isWaitedFor ? Kind.falseProofs : Kind.allCases).randomElement(using: &generator) ?? .noRequest
        let csr = "csr/\(device.fileName).csr"
        let ack = "ack/\(device.fileName).jws"
        switch kind {
        case .noRequest: return Piece(path: csr, bytes: Array("-----BEGIN NONSENSE-----\n".utf8))
        case .brokenProof: return Piece(path: csr, bytes: try brokenProof())
        case .hugeRequest: return Piece(path: csr, bytes: [UInt8](repeating: 0x30, count: 20 * 1024))
        case .weakKey: return Piece(path: csr, bytes: try request(weak))
        case .neighboursKey: return Piece(path: csr, bytes: neighboursRequest ?? [])
        case .ownKey: return Piece(path: csr, bytes: try request(device.current.key))
        case .forbiddenKey: return Piece(path: csr, bytes: try request(forbidden))
        case .nobody: return Piece(path: "csr/nobody-of-\(device.fileName).csr", bytes: try request(other))
        case .badName: return Piece(path: "csr/%zz\(device.fileName).csr", bytes: try request(other))
        case .cutRequest: return Piece(path: csr, bytes: try request(other).dropLast(20))
        case .unsigned: return Piece(path: ack, bytes: unsigned(#"{"alg":"none"}"#, [], device, now))
        case .symmetric:
            // As if the public key were the secret of a MAC.
            let tag = SHA256.digest(device.current.key.publicKey.der).bytes
            return Piece(path: ack, bytes: unsigned(#"{"alg":"HS256"}"#, tag, device, now))
        case .cutConfirmation: return Piece(path: ack, bytes: try confirmation(device, now).dropLast(30))
        case .hugeConfirmation: return Piece(path: ack, bytes: [UInt8](repeating: 0x65, count: 20 * 1024))
        case .neighboursConfirmation: return Piece(path: ack, bytes: try confirmation(neighbour, now))
        case .foreignKey: return Piece(path: ack, bytes: try confirmation(device, now, key: other))
        case .oldKey: return Piece(path: ack, bytes: try confirmation(device, now, key: device.previous?.key ?? other))
        case .oldSequence:
            return Piece(path: ack, bytes: try confirmation(device, now, sequence: device.lastSequence - 1))
        case .future: return Piece(path: ack, bytes: try confirmation(device, now + .days(400)))
        case .otherCertificate:
            let fingerprint = neighbour.current.certificate.fingerprint.hex
            return Piece(path: ack, bytes: try confirmation(device, now, fingerprint: fingerprint))
        case .extraMember: return Piece(path: ack, bytes: Array("{}.{}.{}".utf8))
        }
    }

    private func request(_ key: PrivateKey) throws -> [UInt8] {
        try RequestSigner.make(key: key, subject: ThrowawayPKI.name("vandal"))
    }

    /// The signature of one request under the content of another.
    private func brokenProof() throws -> [UInt8] {
        let mine = try RequestSigner.make(key: other, subject: ThrowawayPKI.name("aaaa"))
        var bytes = mine
        // Within the subject's text.
        if let place = mine.firstRange(of: Array("aaaa".utf8))?.lowerBound { bytes[place] = UInt8(ascii: "b") }
        return bytes
    }

    private func confirmation(
        _ device: SimulatedDevice, _ now: Timestamp, sequence: Int? = nil, fingerprint: String? = nil,
        key: PrivateKey? = nil
    ) throws -> [UInt8] {
        try SimulatedDevice.confirmation(
            device: device.id.text, sequence: sequence ?? device.lastSequence,
            fingerprint: fingerprint ?? device.current.certificate.fingerprint.hex, time: now.rfc3339,
            key: key ?? device.current.key)
    }

    private func unsigned(_ header: String, _ tag: [UInt8], _ device: SimulatedDevice, _ now: Timestamp) -> [UInt8] {
        let payload = SimulatedDevice.confirmationPayload(
            device: device.id.text, sequence: device.lastSequence,
            fingerprint: device.current.certificate.fingerprint.hex, time: now.rfc3339)
        return Array([Array(header.utf8), payload, tag].map(Base64URL.encode).joined(separator: ".").utf8)
    }
}

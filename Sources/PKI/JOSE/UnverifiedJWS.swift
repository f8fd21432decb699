import Basics
import RotationModel

/// A compact JSON Web Signature (RFC 7515, 7.1), taken apart. What it says is good for nothing but choosing the key until
/// ``verify(with:allowed:)`` has returned.
package struct UnverifiedJWS: Sendable {
    /// The header's `alg` as it stands there.
    package let algorithm: String
    package let type: String?
    package let keyID: String?
    package let payload: [UInt8]
    /// Whether the header has `crit`.
    package let hasCriticalExtensions: Bool

    /// Header and payload as they were signed.
    private let signed: ArraySlice<UInt8>
    private let signature: [UInt8]

    /// What a file holds: the compact form, and one line feed after it if there is one.
    package init(reading bytes: [UInt8]) throws(JWSProblem) {
        try self.init(compact: bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...])
    }

    /// - Parameter compact: Header, payload and signature in strict base64url, joined by dots; nothing around them. A header has at
    ///   most 4 KiB, and each of its members once.
    package init(compact: ArraySlice<UInt8>) throws(JWSProblem) {
        guard compact.count <= JWS.largest else {
            throw .malformed("the JWS is \(compact.count) bytes long, where at most \(JWS.largest) are taken")
        }
        let parts = compact.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .malformed(CompactFormMistake.describe(compact)) }
        let members: FlatJSON
        do {
            members = try FlatJSON(parsing: header)
        } catch {
            throw .malformed("the JWS header cannot be read: \(error.message)")
        }
        guard let algorithm = members.string("alg") else {
            throw .malformed("the JWS header has no alg that is a string")
        }
        for name in ["typ", "kid"] where members.contains(name) && members.string(name) == nil {
            throw .malformed("the JWS header's \(name) is no string")
        }
        self.algorithm = algorithm
        type = members.string("typ")
        keyID = members.string("kid")
        hasCriticalExtensions = members.contains("crit")
        self.payload = payload
        self.signature = signature
        signed = compact[..<(parts[2].startIndex - 1)]
    }

    /// How the signature's form differs from that of one by the key and the header's algorithm; nil where it does not. For a message
    /// about a signature that did not verify: whoever made the mistake is told which.
    package func signatureMistake(for key: PublicKeyInfo) -> JWSSignatureMistake? {
        guard let known = JWSAlgorithm(rawValue: algorithm), known.fits(key) else { return nil }
        return JWSSignatureMistake(signature, known, key)
    }

    /// - Parameters:
    ///   - key: The signer's. The header has no say in which key is used.
    ///   - allowed: The algorithms that are accepted. One that does not fit the key is refused in any case, and `none` is never one.
    @discardableResult
    package func verify(
        with key: PublicKeyInfo, allowed: Set<JWSAlgorithm> = Set(JWSAlgorithm.allCases)
    ) throws(JWSProblem) -> JWS.Verified {
        guard !hasCriticalExtensions else { throw .critical }
        guard let known = JWSAlgorithm(rawValue: algorithm), allowed.contains(known), known.fits(key) else {
            throw .algorithm(Printable.text(algorithm.prefix(24)))
        }
        var signature = signature
        if let size = known.coordinateSize {
            guard let der = ECDSASignature.der(fromJoined: signature, size: size) else { throw .signature }
            signature = der
        }
        let isRight: Bool
        do {
            isRight = try SignatureVerification.verify(
                signature[...], of: signed, by: key, hash: known.hash, padding: known.padding)
        } catch {
            throw .key(error)
        }
        guard isRight else { throw .signature }
        return JWS.Verified(algorithm: known, type: type, keyID: keyID, payload: payload)
    }
}

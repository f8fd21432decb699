import RotationModel

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Verifies compact JSON Web Signatures (RFC 7515, 5.2).
public enum JWS {
    /// What a verified signature says.
    public struct Verified: Sendable {
        public let algorithm: JWSAlgorithm
        public let type: String?
        public let keyID: String?
        public let payload: [UInt8]
    }

    /// The most bytes that are looked at.
    public static let largest = 1024 * 1024

    private struct Header: Decodable {
        let alg: String
        let typ: String?
        let kid: String?
        let crit: [String]?
    }

    /// The `kid` of a signature that is not verified: only good for choosing the key to verify with.
    public static func unverifiedKeyID(_ compact: [UInt8]) throws(RotationError) -> String? {
        try header(of: parts(of: compact)[0]).kid
    }

    /// - Parameters:
    ///   - compact: Header, payload and signature in strict base64url, joined by dots; nothing around them.
    ///   - key: The signer's. The header has no say in which key is used.
    ///   - allowed: The algorithms that are accepted. One that does not fit the key is refused in any case, and `none` is never one.
    /// - Throws: ``RotationError/Code/badInput`` with the reason.
    public static func verify(
        _ compact: [UInt8], with key: PublicKeyInfo, allowed: Set<JWSAlgorithm> = Set(JWSAlgorithm.allCases)
    ) throws(RotationError) -> Verified {
        let parts = try parts(of: compact)
        let header = try header(of: parts[0])
        guard header.crit == nil else {
            throw RotationError(.badInput, "the JWS wants extensions that are not known here (crit)")
        }
        guard let algorithm = JWSAlgorithm(rawValue: header.alg), allowed.contains(algorithm),
            algorithm.fits(key.algorithm)
        else {
            throw RotationError(
                .badInput, "the JWS algorithm \"\(header.alg)\" is not one for a key of \(key.algorithm)")
        }
        guard let payload = Base64URL.decode(parts[1]), var signature = Base64URL.decode(parts[2]) else {
            throw RotationError(.badInput, "the JWS is not base64url without padding")
        }
        if let size = algorithm.coordinateSize {
            guard let der = ECDSASignature.der(fromJoined: signature, size: size) else {
                throw RotationError(.badInput, "the JWS signature is not \(2 * size) bytes long")
            }
            signature = der
        }
        let signed = compact[..<(parts[2].startIndex - 1)]
        guard
            try SignatureVerification.verify(
                signature[...], of: signed, by: key, hash: algorithm.hash, padding: algorithm.padding)
        else { throw RotationError(.badInput, "the JWS signature is not by the key it should be by") }
        return Verified(algorithm: algorithm, type: header.typ, keyID: header.kid, payload: payload)
    }

    private static func parts(of compact: [UInt8]) throws(RotationError) -> [ArraySlice<UInt8>] {
        guard compact.count <= largest else {
            throw RotationError(
                .badInput, "the JWS is \(compact.count) bytes long", advice: "at most \(largest) are taken")
        }
        let parts = compact.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw RotationError(
                .badInput, "no compact JWS", advice: "it has three parts, joined by dots (RFC 7515, 7.1)")
        }
        return parts
    }

    private static func header(of encoded: ArraySlice<UInt8>) throws(RotationError) -> Header {
        guard let bytes = Base64URL.decode(encoded) else {
            throw RotationError(.badInput, "the JWS header is not base64url without padding")
        }
        do {
            return try JSONDecoder().decode(Header.self, from: Data(bytes))
        } catch {
            throw RotationError(.badInput, "the JWS header is not a JSON object with an alg")
        }
    }
}

import RotationModel

/// Verifies compact JSON Web Signatures (RFC 7515, 5.2). Where the kind of refusal matters, use ``UnverifiedJWS``.
package enum JWS {
    /// What a verified signature says.
    package struct Verified: Sendable {
        package let algorithm: JWSAlgorithm
        package let type: String?
        package let keyID: String?
        package let payload: [UInt8]
    }

    /// The most bytes that are looked at.
    package static let largest = 1024 * 1024

    /// The `kid` of a signature that is not verified: only good for choosing the key to verify with.
    package static func unverifiedKeyID(_ compact: [UInt8]) throws(RotationError) -> String? {
        try explaining { () throws(JWSProblem) in try UnverifiedJWS(compact: compact[...]).keyID }
    }

    /// - Parameters:
    ///   - compact: Header, payload and signature in strict base64url, joined by dots; nothing around them.
    ///   - key: The signer's. The header has no say in which key is used.
    ///   - allowed: The algorithms that are accepted. One that does not fit the key is refused in any case, and `none` is never one.
    /// - Throws: ``RotationError/Code/badInput`` with the reason.
    package static func verify(
        _ compact: [UInt8], with key: PublicKeyInfo, allowed: Set<JWSAlgorithm> = Set(JWSAlgorithm.allCases)
    ) throws(RotationError) -> Verified {
        try explaining { () throws(JWSProblem) in
            try UnverifiedJWS(compact: compact[...]).verify(with: key, allowed: allowed)
        }
    }

    private static func explaining<Result>(_ body: () throws(JWSProblem) -> Result) throws(RotationError) -> Result {
        do {
            return try body()
        } catch .key(let error) {
            throw error
        } catch {
            throw RotationError(.badInput, error.description)
        }
    }
}

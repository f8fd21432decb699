import RotationModel
import SwiftASN1

/// A signature's AlgorithmIdentifier (RFC 5280, 4.1.1.2), read.
struct SignatureIdentifier {
    let algorithm: SignatureAlgorithm
    /// Of RSASSA-PSS.
    let pss: PSSParameters?
    /// The hash that is signed, where the algorithm is known to have one.
    let hash: HashAlgorithm?

    private struct Known {
        let algorithm: SignatureAlgorithm
        let hash: HashAlgorithm?
    }

    /// By the content octets of their identifiers: the registry's, and those that old certificates carry.
    private static let known: [[UInt8]: Known] = [
        ObjectIdentifier.sha256WithRSA.content: Known(algorithm: .sha256WithRSA, hash: .sha256),
        ObjectIdentifier.sha384WithRSA.content: Known(algorithm: .sha384WithRSA, hash: .sha384),
        ObjectIdentifier.sha512WithRSA.content: Known(algorithm: .sha512WithRSA, hash: .sha512),
        ObjectIdentifier.dsaWithSHA256.content: Known(algorithm: .dsaWithSHA256, hash: .sha256),
        ObjectIdentifier.ecdsaWithSHA256.content: Known(algorithm: .ecdsaWithSHA256, hash: .sha256),
        ObjectIdentifier.ecdsaWithSHA384.content: Known(algorithm: .ecdsaWithSHA384, hash: .sha384),
        ObjectIdentifier.ecdsaWithSHA512.content: Known(algorithm: .ecdsaWithSHA512, hash: .sha512),
        ObjectIdentifier.ed25519.content: Known(algorithm: .other("ED25519"), hash: nil),
        ObjectIdentifier(1, 2, 840, 113549, 1, 1, 2).content: Known(algorithm: .other("MD2WITHRSA"), hash: nil),
        ObjectIdentifier(1, 2, 840, 113549, 1, 1, 4).content: Known(algorithm: .other("MD5WITHRSA"), hash: nil),
        ObjectIdentifier(1, 2, 840, 113549, 1, 1, 5).content: Known(algorithm: .other("SHA1WITHRSA"), hash: .sha1),
        ObjectIdentifier(1, 2, 840, 113549, 1, 1, 14).content: Known(algorithm: .other("SHA224WITHRSA"), hash: .sha224),
        ObjectIdentifier(1, 2, 840, 10045, 4, 1).content: Known(algorithm: .other("ECDSA-WITH-SHA1"), hash: .sha1),
        ObjectIdentifier(1, 2, 840, 10045, 4, 3, 1).content: Known(
            algorithm: .other("ECDSA-WITH-SHA224"), hash: .sha224),
        ObjectIdentifier(1, 2, 840, 10040, 4, 3).content: Known(algorithm: .other("DSA_WITH_SHA1"), hash: .sha1),
        ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 3, 1).content: Known(
            algorithm: .other("DSA_WITH_SHA224"), hash: .sha224),
        ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 3, 3).content: Known(
            algorithm: .other("DSA_WITH_SHA384"), hash: .sha384),
        ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 3, 4).content: Known(
            algorithm: .other("DSA_WITH_SHA512"), hash: .sha512),
        ObjectIdentifier(1, 3, 101, 113).content: Known(algorithm: .other("ED448"), hash: nil),
    ]

    /// That of a certificate in the field whose own cannot be read: it counts as weak, and verifies nothing.
    static var unreadable: SignatureIdentifier {
        SignatureIdentifier(algorithm: .other("unreadable"), pss: nil, hash: nil)
    }

    private init(algorithm: SignatureAlgorithm, pss: PSSParameters?, hash: HashAlgorithm?) {
        (self.algorithm, self.pss, self.hash) = (algorithm, pss, hash)
    }

    /// Parameters of algorithms that have none are NULL or absent, whichever the signer thought right; any others are an error.
    init(node: ASN1Node, what: String) throws(RotationError) {
        var parts = try node.children(what)
        let type = try parts.next(what).objectIdentifier(what)
        let parameters = parts.nextIfAny()
        try parts.end(what)
        if type == .rsassaPSS {
            guard let parameters else {
                throw RotationError(
                    .badInput, "the \(what) RSASSAPSS has no parameters",
                    advice: "RFC 4055 wants them, if only as an empty SEQUENCE")
            }
            let pss = try PSSParameters(node: parameters)
            (algorithm, self.pss, hash) = (.rsassaPSS, pss, pss.hash)
            return
        }
        pss = nil
        guard let known = SignatureIdentifier.known[Array(type)] else {
            (algorithm, hash) = (.other(ObjectIdentifier.dotted(type)), nil)
            return
        }
        // DSA's may stand in a signature of RFC 2459's time.
        guard parameters?.isNull ?? true || type == .dsaWithSHA256 || known.algorithm.description.hasPrefix("DSA")
        else {
            throw RotationError(.badInput, "the \(what) \(known.algorithm) has parameters where none may be")
        }
        (algorithm, hash) = (known.algorithm, known.hash)
    }

    /// Whether the hash is weaker than SHA-256. What is not known counts as weak, except Ed25519, which chooses its own hash.
    var isWeak: Bool {
        if algorithm == .other("ED25519") { return false }
        return (hash?.isWeak ?? true) || (pss?.maskHash.isWeak ?? false)
    }

    /// For messages: what it is, with the hashes where the name does not say them.
    var text: String {
        guard let pss else { return ObjectName.describe(algorithm.description) }
        let mask = pss.maskHash == pss.hash ? "" : " and MGF1 with \(pss.maskHash)"
        return "\(algorithm) with \(pss.hash)\(mask)"
    }

    /// The DER of the AlgorithmIdentifier that certificates are signed under (RFC 4055, 5; RFC 5758, 3.1 and 3.2).
    static func encode(_ scheme: SignatureScheme) -> [UInt8] {
        let type = DEREncoder.objectIdentifier(scheme.objectIdentifier)
        return switch scheme.algorithm {
        case .sha256WithRSA, .sha384WithRSA, .sha512WithRSA: DEREncoder.sequence(type, DEREncoder.null)
        default: DEREncoder.sequence(type, scheme.pss?.der ?? [])
        }
    }
}

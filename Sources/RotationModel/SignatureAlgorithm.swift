/// How a certificate is signed, by the registry's names where it has one.
package enum SignatureAlgorithm: Hashable, Sendable {
    case sha256WithRSA
    case sha384WithRSA
    case sha512WithRSA
    /// RSASSA-PSS (RFC 4055); its hash stands in the algorithm's parameters.
    case rsassaPSS
    case dsaWithSHA256
    case ecdsaWithSHA256
    case ecdsaWithSHA384
    case ecdsaWithSHA512
    /// Anything else that a certificate in a fleet may carry: `SHA1WITHRSA`, `ECDSA-WITH-SHA1`, or a dotted object identifier.
    case other(String)

    /// Those that the registry knows, which are those that certificates are issued with.
    package static let registered: [SignatureAlgorithm] = [
        .sha256WithRSA, .sha384WithRSA, .sha512WithRSA, .rsassaPSS, .dsaWithSHA256,
        .ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512,
    ]

    /// Reads one of the registry's names; nil for any other text.
    package init?(registryName text: String) {
        guard let known = SignatureAlgorithm.registered.first(where: { $0.description == text }) else { return nil }
        self = known
    }

    /// Reads what ``description`` writes.
    package init(stored text: String) {
        self = SignatureAlgorithm(registryName: text) ?? .other(text)
    }
}

extension SignatureAlgorithm: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sha256WithRSA: "SHA256WITHRSA"
        case .sha384WithRSA: "SHA384WITHRSA"
        case .sha512WithRSA: "SHA512WITHRSA"
        case .rsassaPSS: "RSASSAPSS"
        case .dsaWithSHA256: "DSA_WITH_SHA256"
        case .ecdsaWithSHA256: "ECDSA-WITH-SHA256"
        case .ecdsaWithSHA384: "ECDSA-WITH-SHA384"
        case .ecdsaWithSHA512: "ECDSA-WITH-SHA512"
        case .other(let name): name
        }
    }
}

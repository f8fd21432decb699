import RotationModel

/// Why a compact JWS is not taken.
package enum JWSProblem: Error, Sendable, Equatable {
    /// It is no JWS in its compact form; says what is wrong.
    case malformed(String)
    /// The header's `alg` (printable, cut short) is `none`, not known, not allowed, or not one for the key.
    case algorithm(String)
    /// The header wants extensions to be understood (`crit`); none are known here.
    case critical
    /// The signature is not by the key.
    case signature
    /// The key cannot be used to verify anything, as when its point is not on its curve.
    case key(RotationError)
}

extension JWSProblem: CustomStringConvertible {
    /// One sentence without a full stop.
    package var description: String {
        switch self {
        case .malformed(let problem): problem
        case .algorithm(let name): "the JWS algorithm \"\(name)\" is not one for the key"
        case .critical: "the JWS wants extensions that are not known here (crit)"
        case .signature: "the JWS signature is not by the key it should be by"
        case .key(let error): error.message
        }
    }
}

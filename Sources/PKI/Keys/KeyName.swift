import RotationModel

extension KeyAlgorithm {
    /// For people: as ``description``, and a curve or an algorithm that has no word of its own by the name that OpenSSL has for it,
    /// `secp256k1` rather than `1.3.132.0.10`. Dotted where it has none.
    package var name: String {
        if case .other(let identifier) = self { ObjectName.name(of: identifier) } else { description }
    }
}

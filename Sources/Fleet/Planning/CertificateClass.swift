import RotationModel

/// What all `ACTIVE` certificates of a class have in common: everything that policies judge but their dates and their devices' ids.
package struct CertificateClass: Sendable {
    package let row: Int64
    /// Of the devices, by its row: see ``DevicesView/accountName(_:)``.
    package let account: Int64
    /// Of the devices, by its row: see ``DevicesView/labels(ofSet:)``.
    package let labelSet: Int64
    /// By its row: see ``DevicesView/issuerName(_:)``.
    package let issuer: Int64
    package let key: KeyAlgorithm
    /// Why such a key is known weak, or nil.
    package let keyWeakness: String?
    package let signature: SignatureAlgorithm
    package let isSignatureWeak: Bool
    /// None of them is valid for longer, from `notBefore` to `notAfter`; many may be for less.
    package let longestLifetime: TimeSpan
}

/// Lifetimes differ by seconds, and classes are to be few: they are told apart by a rounded one.
enum CertificateLifetime {
    /// The lifetime rounded up, by a tenth at most beyond ten days: to an hour up to ten days, to a day up to a hundred, to ten days up to a
    /// thousand. A negative one counts as none.
    static func bound(of lifetime: TimeSpan) -> TimeSpan {
        let seconds = max(lifetime.seconds, 0)
        let step: Int64 =
            switch seconds {
            case ...(10 * day): 3600
            case ...(100 * day): day
            case ...(1000 * day): 10 * day
            default: 100 * day
            }
        return TimeSpan(seconds: (seconds + step - 1) / step * step)
    }

    private static let day: Int64 = 86_400
}

/// The hash of an RSASSA-PSS signature that is made here (RFC 4055, 3.1). MGF1 uses the same one, and the salt is as long as its digest.
///
/// Only RSASSA-PSS leaves the choice open: every other signature algorithm has its hash in its name.
package enum PSSHash: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case sha256 = "SHA-256"
    case sha384 = "SHA-384"
    case sha512 = "SHA-512"

    /// What is used where neither the profile nor the authority's key says.
    package static let standard = PSSHash.sha256

    package var description: String { rawValue }
}

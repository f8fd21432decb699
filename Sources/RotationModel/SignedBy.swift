/// With whose key a certificate's signature was verified. The raw values stand in the inventory and in reports.
package enum SignedBy: String, Sendable, CaseIterable {
    /// That of an authority of `rotation.yaml` of the issuer's name, or of one above it.
    case authority
    /// The certificate's own: nobody vouches for it.
    case itself = "self"
    /// Nobody's: `rotation.yaml` has no authority of the issuer's name.
    case foreign
    /// Nobody's, though it bears the name of an authority of `rotation.yaml`.
    case forged
}

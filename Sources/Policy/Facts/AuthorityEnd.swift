import RotationModel

/// Why an authority's certificates will not be good to their end, or are no longer good. Names are those of `rotation.yaml`.
package enum AuthorityEnd: Hashable, Sendable {
    /// The authority's own certificate ends at this time.
    case expires(name: String, Timestamp)
    /// `rotation.yaml` retires the authority at this time.
    case retires(name: String, Timestamp)
    /// The authority's own certificate was revoked at this time.
    case revoked(name: String, Timestamp)
}

import RotationModel

/// Who has a key, and whether anybody may have it.
package protocol KeysView {
    /// The keys that certificates of more than one device have, of any status.
    func sharedKeys() throws(RotationError) -> Set<KeyIdentity>

    /// Whether another device has this key in a certificate of any status.
    func isCertified(_ key: KeyIdentity, otherThan device: Int64) throws(RotationError) -> Bool

    /// The CSRs of other devices that wait with this key.
    func requests(withKey key: KeyIdentity, otherThan device: Int64) throws(RotationError) -> [HeldRequest]

    /// The keys that are refused because of an order, in the order of their bytes.
    func refusedKeys(of order: Int64) throws(RotationError) -> [KeyReference]

    /// Whether a key is certified for nobody any more: it is that of a certificate that was revoked for keyCompromise, or an
    /// order named it.
    ///
    /// - Parameter fingerprint: Of a key that the inventory does not have: an order may have named it by that alone.
    func isRefused(_ key: KeyIdentity, writtenAs fingerprint: KeyFingerprint?) throws(RotationError) -> Bool

    /// As ``key(writtenAs:)``, for many, in one pass; only those that the inventory's certificates have.
    func keys(writtenAs fingerprints: Set<KeyFingerprint>) throws(RotationError) -> [KeyReference]

    /// The key of a fingerprint, by the certificates and CSRs that the inventory has; one that stands for it where there are none. Reads the
    /// whole fleet.
    func key(writtenAs fingerprint: KeyFingerprint) throws(RotationError) -> KeyReference

    /// Whether the private half of a key was in a file of the inbox, so that it is certified for this device no more.
    func isExposed(_ key: KeyIdentity, of device: Int64) throws(RotationError) -> Bool
}

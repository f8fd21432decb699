/// What a public key is, however it is written: equal for two keys exactly when whoever has the private key of one has that of the other.
///
/// EC keys are known by curve and x coordinate (a key and its negative are one secret, and a compressed point, a hybrid one and a curve that
/// is spelled out change nothing), RSA keys by the modulus alone, DSA keys by p, q, g and y, others by their bytes. What people see and name
/// is the ``KeyFingerprint``: one identity may have several.
package struct KeyIdentity: Hashable, Sendable, CustomStringConvertible {
    package let digest: SHA256Digest
    package init(_ digest: SHA256Digest) { self.digest = digest }
    package var description: String { digest.hex }

    /// Stands for a key of which only a fingerprint is known.
    package init(standingFor fingerprint: KeyFingerprint) { digest = fingerprint.digest }
}

/// A key as the records have it: what it is, and the fingerprint by which it was met. Equal to any other that is the same key.
package struct KeyReference: Hashable, Sendable {
    package let identity: KeyIdentity
    package let fingerprint: KeyFingerprint

    package init(identity: KeyIdentity, fingerprint: KeyFingerprint) {
        (self.identity, self.fingerprint) = (identity, fingerprint)
    }

    package static func == (left: KeyReference, right: KeyReference) -> Bool { left.identity == right.identity }
    package func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

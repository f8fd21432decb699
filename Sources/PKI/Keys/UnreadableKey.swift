import RotationModel
import SwiftASN1

extension PublicKeyInfo {
    /// The name of a key that cannot be read.
    static let unreadable = KeyAlgorithm.other("unreadable")

    /// The key of a certificate in the field that is not written as its algorithm wants it: its bytes are kept, and nothing is computed
    /// with it. It counts as weak, since no program can be relied on to take it.
    init(unreadable node: ASN1Node, why: String) {
        der = Array(node.encodedBytes)
        algorithm = PublicKeyInfo.unreadable
        material = .opaque
        identity = KeyEssence.unknown(der: der).identity
        irregularity = why
        weakness = "it cannot be read: \(why)"
        bitsStart = der.count
        fingerprint = KeyFingerprint(SHA256.digest(der))
    }
}

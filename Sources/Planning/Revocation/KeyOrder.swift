import Fleet
import RotationModel

extension KeyIdentity {
    /// An order to write keys down in, whatever order they were found in.
    package static func isBefore(_ left: KeyIdentity, _ right: KeyIdentity) -> Bool {
        left.digest.bytes.lexicographicallyPrecedes(right.digest.bytes)
    }
}

extension KeyReference {
    package static func isBefore(_ left: KeyReference, _ right: KeyReference) -> Bool {
        KeyIdentity.isBefore(left.identity, right.identity)
    }
}

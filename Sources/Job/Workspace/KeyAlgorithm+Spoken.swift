import PKI
import RotationModel

extension KeyAlgorithm {
    /// As reports for people call it: a curve by its name. Programs get ``description``.
    package var spoken: String { name }
}

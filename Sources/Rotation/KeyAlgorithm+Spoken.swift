import PKI
public import RotationModel

extension KeyAlgorithm {
    /// As reports for people call it: a curve by its name. Programs get ``description``.
    public var spoken: String { name }
}

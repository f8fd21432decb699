import RotationModel

/// Whose manifest is to be taken back, and what it is about.
struct StandingOffer {
    var deviceRow: Int64
    var device: DeviceID
    var account: AccountID
    /// The certificate that the rotation was to replace.
    var replaces: ReplacedCertificate
}

import RotationModel

/// A row as a format has it, its certificates not yet read.
struct UnreadRow: Sendable {
    struct Certificate: Sendable {
        var status: CertificateStatus
        var bytes: [UInt8]
    }

    var device: DeviceID
    var account: AccountID
    var labels: Labels
    var certificates: [Certificate] = []
}

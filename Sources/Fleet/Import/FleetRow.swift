import RotationModel

/// A device with certificates, as one row of any format tells it, its parts checked one by one.
struct FleetRow: Sendable {
    struct Certificate: Sendable {
        var status: CertificateStatus
        var columns: CertificateColumns
    }

    var device: DeviceID
    var account: AccountID
    var labels: Labels
    var certificates: [Certificate]

    /// - Throws: ``RotationError/Code/badInput`` that lists the registry's statuses.
    static func status(_ text: String) throws(RotationError) -> CertificateStatus {
        guard let status = CertificateStatus(rawValue: text) else {
            let all = CertificateStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw RotationError(
                .badInput,
                text.isEmpty ? "the status is missing" : "the status \u{201C}\(text.prefix(64))\u{201D} is unknown",
                advice: "one of \(all)")
        }
        return status
    }
}

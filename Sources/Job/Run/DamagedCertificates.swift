import Fleet
import Planning
import RotationModel
import Synchronization

/// Certificates whose stored bytes are not what was recorded when they were issued: a disk or a hand changed them. No manifest is signed for
/// one, and its device has an error in the run's report.
final class DamagedCertificates: Sendable {
    private let found = Mutex<[Int64: ManifestRecord]>([:])

    func add(_ record: ManifestRecord) { found.withLock { $0[record.deviceRow] = record } }

    var count: Int { found.withLock(\.count) }

    func contains(_ record: ManifestRecord) -> Bool { found.withLock { $0[record.deviceRow] != nil } }

    /// Adds a row for each to what the run did.
    func report(in plan: inout RotationPlan, _ inventory: any FleetStore) throws {
        let records = found.withLock { $0.values.sorted { $0.device < $1.device } }
        guard !records.isEmpty else { return }
        plan.rows += try inventory.planningSnapshot { snapshot in
            try records.compactMap { record -> PlanRow? in
                let certificate = try record.certificate.flatMap { fingerprint in
                    try snapshot.certificates(withFingerprint: fingerprint).first { $0.deviceRow == record.deviceRow }
                }
                guard let certificate else { return nil }
                let reason = Reason(
                    .damaged,
                    "what the inventory stores of this certificate is not what was issued: its SHA-256 differs")
                return PlanRow(
                    try Decision(finding: reason, of: certificate, in: snapshot),
                    RowResult(
                        .failed,
                        error:
                            "\(reason.text); no manifest is signed with it. Restore the inventory from a backup, or replace the certificate (`rotation-job revoke --fingerprint \(certificate.fingerprint.hex) --reason superseded --replace-first`)"
                    ))
            }
        }
    }
}

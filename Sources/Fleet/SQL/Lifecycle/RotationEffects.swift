import Basics
import Lifecycle
import RotationModel

/// Carries out what a step of a rotation changes beside it, within the transaction that makes the step.
struct RotationEffects {
    /// Whose rotation it is.
    struct Subject {
        var rotation: RowID<RotationRow>
        var deviceRow: Int64
        var device: DeviceID
    }

    /// What the manifest says by which an offer is taken back.
    struct Notice {
        var reason: Reason
        var expires: Timestamp
    }

    private let run: RunID
    private let at: Timestamp
    private let end: Query
    private let abandonReservations: Query
    private let activate: Query
    private let markConfirmed: Query
    private let markReplaced: Query
    private let unmarkReplaced: Query
    private let forgetRequest: Query
    private let deactivate: Query
    private let retirement: CertificateRetirement
    private let findOffer: Query
    private let findFingerprint: Query
    private let offers: OfferWithdrawal

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        end = try Query(
            database,
            "UPDATE rotations SET state = ?1, open = 0, changed_at = ?2, ended_at = ?2, ended_run = ?3 WHERE id = ?4")
        abandonReservations = try Query(
            database, "UPDATE reservations SET state = 'abandoned' WHERE rotation = ? AND state = 'reserved'")
        // A certificate has one status, however many devices present it.
        activate = try Query(
            database,
            """
            UPDATE certificates SET status = 'ACTIVE', status_at = ?1 WHERE status = 'PENDING_ACTIVATION'
              AND fingerprint = (SELECT fingerprint FROM certificates WHERE id = ?2)
            """)
        deactivate = try Query(
            database,
            """
            UPDATE certificates SET status = 'INACTIVE', status_at = ?1 WHERE status = 'PENDING_ACTIVATION'
              AND fingerprint = (SELECT fingerprint FROM certificates WHERE id = ?2)
            """)
        markConfirmed = try Query(database, "UPDATE certificates SET confirmed_at = ? WHERE id = ?")
        markReplaced = try Query(
            database, "UPDATE certificates SET replaced_at = ? WHERE id = ? AND replaced_at IS NULL")
        unmarkReplaced = try Query(database, "UPDATE certificates SET replaced_at = NULL WHERE id = ?")
        forgetRequest = try Query(
            database,
            """
            DELETE FROM requests WHERE device = ?
              AND key_identity = (SELECT key_identity FROM certificates WHERE id = ?)
            """)
        retirement = try CertificateRetirement(database, at: at)
        findOffer = try Query(
            database, "SELECT 1 FROM manifests WHERE device = ? AND rotation = ? AND action = 'install'")
        findFingerprint = try Query(database, "SELECT fingerprint FROM certificates WHERE id = ?")
        offers = try OfferWithdrawal(database, run: run, at: at)
    }

    /// - Parameters:
    ///   - moved: the rotation after the step.
    ///   - notice: for what takes an offer back; nil where the step takes none back.
    ///   - why: is added to why the rotation is cancelled.
    /// - Returns: the manifest that takes the offer back, not yet published; nil where the step takes none back.
    func carryOut(
        _ effects: [RotationEffect], _ moved: Rotation, of subject: Subject, notice: Notice? = nil,
        why: Reason? = nil, _ log: inout AuditLog
    ) throws -> ManifestRecord? {
        var manifest: ManifestRecord?
        var inactive: Fingerprint?
        for effect in effects {
            switch effect {
            case .activate(let certificate):
                try activate.run([.time(at), .row(certificate)])
                try markConfirmed.run([.time(at), .row(certificate)])
            case .markReplaced(let certificate): try markReplaced.run([.time(at), .row(certificate)])
            case .unmarkReplaced(let certificate): try unmarkReplaced.run([.row(certificate)])
            case .forgetRequest(let certificate):
                try forgetRequest.run([.integer(subject.deviceRow), .row(certificate)])
            case .deactivate(let certificate):
                try deactivate.run([.time(at), .row(certificate)])
                inactive = try findFingerprint.first([.row(certificate)]) { try $0.fingerprint(0) }
            case .retire(let certificate):
                guard let fingerprint = try findFingerprint.first([.row(certificate)], { try $0.fingerprint(0) }) else {
                    throw StorageFailure.unreadable("a reference to nothing")
                }
                _ = try retirement.retire(fingerprint, of: subject.deviceRow, subject.device, &log)
            case .abandonReservation: try abandonReservations.run([.row(subject.rotation)])
            case .end(let ended):
                try end.run([.state(of: moved), .time(at), .run(run), .row(subject.rotation)])
                if !ended.isSuccess { try append(ended, subject, inactive, why, &log) }
            case .withdrawOfferIfMade
            where try !findOffer.exists([.integer(subject.deviceRow), .row(subject.rotation)]): break
            case .withdrawOffer, .withdrawOfferIfMade:
                guard let notice else { break }
                manifest = try offers.withdraw(
                    subject.rotation, reason: notice.reason, expires: notice.expires)
            }
        }
        return manifest
    }

    private func append(
        _ end: RotationEnd, _ subject: Subject, _ inactive: Fingerprint?, _ why: Reason?, _ log: inout AuditLog
    ) throws {
        try log.append(.rotationCancelled, device: subject.device, at: at) { json in
            json.member("rotation", Int(subject.rotation.number))
            json.member("why", end.sentence + (why.map { " (\($0.code.rawValue): \($0.text))" } ?? ""))
            if let inactive { json.member("inactive", inactive.hex) }
        }
    }
}

import GRDB
import RotationModel

/// Whose manifest is to be taken back, and what it is about.
struct StandingOffer {
    var deviceRow: Int64
    var device: DeviceID
    var account: AccountID
    /// The certificate that the rotation was to replace.
    var replaces: ReplacedCertificate
}

/// Ends rotations, within one transaction.
struct RotationEnding {
    private let end: Query
    private let abandonReservations: Query
    private let find: Query
    private let manifests: ManifestWriter
    private let run: String
    private let at: Timestamp

    init(_ database: Database, run: String, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        end = try Query(
            database,
            """
            UPDATE rotations SET state = ?1, open = 0, changed_at = ?2, ended_at = ?2, ended_run = ?3
            WHERE id = ?4 AND open = 1
            """)
        abandonReservations = try Query(
            database, "UPDATE reservations SET state = 'abandoned' WHERE rotation = ? AND state = 'reserved'")
        find = try Query(
            database,
            """
            SELECT r.device, d.name, a.name, o.fingerprint, o.not_after FROM rotations r
            JOIN devices d ON d.id = r.device JOIN accounts a ON a.id = d.account
            JOIN certificates o ON o.id = r.old_certificate WHERE r.id = ?
            """)
        manifests = try ManifestWriter(database)
    }

    /// Gives a rotation up. A serial number that was set aside for it and is not recorded is abandoned.
    ///
    /// - Parameter replacement: The certificate that becomes INACTIVE with it, if any.
    func cancel(
        _ rotation: Int64, of device: DeviceID, why: String, replacement: Fingerprint? = nil, _ log: inout AuditLog
    ) throws {
        try abandonReservations.run([.integer(rotation)])
        try end.run([.text(RotationState.cancelled.rawValue), .time(at), .text(run), .integer(rotation)])
        try log.append(.rotationCancelled, device: device, at: at) { json in
            json.member("rotation", Int(rotation))
            json.member("why", why)
            if let replacement { json.member("inactive", replacement.hex) }
        }
    }

    /// - Returns: Whether it was open.
    func complete(_ rotation: Int64) throws -> Bool {
        try end.run([.text(RotationState.completed.rawValue), .time(at), .text(run), .integer(rotation)]) == 1
    }

    /// Writes the manifest that says that there is nothing to do.
    func withdrawOffer(of rotation: Int64, reason: Reason, expires: Timestamp) throws -> ManifestRecord {
        let standing = try find.first([.integer(rotation)]) {
            StandingOffer(
                deviceRow: $0.integer(0), device: DeviceID(checked: $0.text(1)),
                account: AccountID(checked: $0.text(2)),
                replaces: ReplacedCertificate(fingerprint: try $0.fingerprint(3), notAfter: $0.time(4)))
        }
        guard let standing else { throw StorageFailure.unreadable("a reference to nothing") }
        return try manifests.putNone(
            standing, rotation: rotation, reason: reason, run: run, expires: expires, at: at)
    }
}

import RotationModel

/// Writes the manifests that say that there is nothing to do.
struct OfferWithdrawal {
    private let find: Query
    private let manifests: ManifestWriter
    private let run: RunID
    private let at: Timestamp

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        find = try Query(
            database,
            """
            SELECT r.device, d.name, a.name, o.fingerprint, o.not_after FROM rotations r
            JOIN devices d ON d.id = r.device JOIN accounts a ON a.id = d.account
            JOIN certificates o ON o.id = r.old_certificate WHERE r.id = ?
            """)
        manifests = try ManifestWriter(database)
    }

    func withdraw(_ rotation: RowID<RotationRow>, reason: Reason, expires: Timestamp) throws -> ManifestRecord {
        let standing = try find.first([.row(rotation)]) {
            StandingOffer(
                deviceRow: $0.integer(0), device: DeviceID(checked: $0.text(1)),
                account: AccountID(checked: $0.text(2)),
                replaces: ReplacedCertificate(fingerprint: try $0.fingerprint(3), notAfter: $0.time(4)))
        }
        guard let standing else { throw StorageFailure.unreadable("a reference to nothing") }
        return try manifests.putNone(
            standing, rotation: rotation.number, reason: reason, run: run, expires: expires, at: at)
    }
}

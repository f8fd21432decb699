import Basics
import Lifecycle
import RotationModel

/// Takes over one published manifest after the other, within one transaction.
struct ManifestRecovery {
    private let run: RunID
    private let at: Timestamp
    private var vocabulary: Vocabulary
    private let certificates: CertificateWriter
    private let rotations: RotationWriter
    private let manifests: ManifestWriter
    private let findDevice: Query
    private let findCertificate: Query
    private let raiseFloor: Query
    private let republish: Query
    private let giveUpReservation: Query
    private let addReservation: Query
    private let moveRotation: Query
    private let findOrder: Query

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        vocabulary = Vocabulary(database)
        certificates = try CertificateWriter(database)
        rotations = try RotationWriter(database, run: run, at: at)
        manifests = try ManifestWriter(database, isRecovering: true)
        findDevice = try Query(
            database,
            "SELECT d.id, a.name FROM devices d JOIN accounts a ON a.id = d.account WHERE d.name = ?")
        findCertificate = try Query(
            database, "SELECT id, status, not_after FROM certificates WHERE device = ? AND fingerprint = ?")
        raiseFloor = try Query(
            database,
            """
            INSERT INTO recovered_sequences (device, sequence) VALUES (?1, ?2)
            ON CONFLICT (device) DO UPDATE SET sequence = excluded.sequence
              WHERE excluded.sequence > recovered_sequences.sequence
            """)
        // What stands there is told once more, under a sequence that the device believes.
        republish = try Query(
            database,
            """
            UPDATE manifests SET sequence = ?1, published = 0, run = ?2, issued = ?3, expires = \(database.dialect.greatest("expires", "?4"))
            WHERE device = ?5 AND sequence < ?1
            """)
        giveUpReservation = try Query(
            database, "UPDATE reservations SET state = 'abandoned' WHERE rotation = ? AND state <> 'abandoned'")
        addReservation = try Query(
            database,
            """
            INSERT INTO reservations (serial, rotation, state, batch, run, profile, authority, reserved_at)
            VALUES (?1, ?2, 'recorded', 'recovered', ?3, '', ?4, ?5)
            ON CONFLICT (serial) DO UPDATE SET state = 'recorded', rotation = ?2
            """)
        moveRotation = try Query(
            database,
            """
            UPDATE rotations SET state = ?6, new_certificate = ?1, changed_at = ?2, issued_at = ?7, issued_run = ?3,
              first_sequence = ?4 WHERE id = ?5
            """)
        findOrder = try Query(database, "SELECT id FROM revocation_orders WHERE name = ?")
    }

    private struct Device {
        let row: Int64
        let account: String
    }

    private struct Known {
        let row: Int64
        let status: CertificateStatus
        let notAfter: Timestamp
    }

    /// - Returns: Nil where the inventory does not have the device.
    mutating func recover(_ published: PublishedManifest, _ log: inout AuditLog) throws -> RecoveredManifest? {
        try raiseFloor.run([.text(published.device.text), .count(published.sequence)])
        let device = try findDevice.first([.text(published.device.text)]) {
            Device(row: $0.integer(0), account: $0.text(1))
        }
        guard let device else { return nil }
        let outcome: RecoveredManifest
        switch published.action {
        case .install(let columns, let authority):
            outcome = try recover(columns, by: authority, published, device, &log)
        case .rekey(let keys, let subject, let refused):
            outcome = try ask(keys, subject, refused, published, device, &log)
        case .none:
            outcome = .sequence
        }
        try republish.run([
            .count(published.sequence + 1), .run(run), .time(at), .time(published.expires), .integer(device.row),
        ])
        return outcome
    }

    // MARK: A certificate that was handed out

    private mutating func recover(
        _ columns: CertificateColumns, by authority: String, _ published: PublishedManifest, _ device: Device,
        _ log: inout AuditLog
    ) throws -> RecoveredManifest {
        if try known(columns.fingerprint, device) != nil { return .known }
        guard let replaced = published.replaces, let parent = try known(replaced, device) else { return .unplaced }
        let cause = Cause(published.reason, nil)
        let rotation = try rotations.proceed(
            with: rotations.open(ofDevice: device.row), device: device.row, id: published.device,
            oldCertificate: parent.row, .reserved, cause, revocation: try order(behind: published.reason), &log)
        guard let open = try rotations.open(ofDevice: device.row), open.row.number == rotation else { return .unplaced }
        try giveUpReservation.run([.integer(rotation)])
        try addReservation.run([
            .blob(columns.serialNumber.bytes), .integer(rotation), .run(run), .text(authority), .time(at),
        ])
        let row = try certificates.add(
            columns, device: device.row, status: .pendingActivation,
            lineage: CertificateWriter.Lineage(parent: parent.row, rotation: rotation, authority: authority), at: at,
            &vocabulary)
        let (moved, _) = try open.rotation.apply(.issued(RowID(row)))
        try moveRotation.run([
            .integer(row), .time(at), .run(run), .count(published.sequence), .integer(rotation), .state(of: moved),
            .time(published.issued),
        ])
        try put(
            .install, rotation, published, device,
            replaces: ReplacedCertificate(fingerprint: replaced, notAfter: parent.notAfter),
            certificate: columns, authority: authority)
        try log.append(.issued, device: published.device, at: at) { json in
            json.member("rotation", Int(rotation))
            json.member("fingerprint", columns.fingerprint.hex)
            json.member("serial", columns.serialNumber.hex)
            json.member("authority", authority)
            json.member("replaces", replaced.hex)
            json.member("recoveredFromSequence", published.sequence)
            json.cause(cause)
        }
        return .certificate
    }

    /// The revocation that caused a rotation, which its reason names: what it brought is not reached by that revocation.
    private func order(behind reason: Reason) throws -> Int64? {
        guard reason.code == .revoked, let match = reason.text.firstMatch(of: /^revocation (?<name>.+?) \(/) else {
            return nil
        }
        return try findOrder.first([.text(String(match.output.name))]) { $0.integer(0) }
    }

    // MARK: A device that was asked

    private func ask(
        _ keys: [String], _ subject: String, _ refused: String?, _ published: PublishedManifest, _ device: Device,
        _ log: inout AuditLog
    ) throws -> RecoveredManifest {
        let open = try rotations.open(ofDevice: device.row)
        guard open?.rotation.admitsReplacement(supersedes: false) ?? true, let replaced = published.replaces,
            let parent = try known(replaced, device), parent.status == .active
        else { return .sequence }
        let cause = Cause(published.reason, nil)
        let rotation = try rotations.proceed(
            with: open, device: device.row, id: published.device, oldCertificate: parent.row, .asked, cause,
            revocation: try order(behind: published.reason), &log)
        try put(
            .rekey, rotation, published, device,
            replaces: ReplacedCertificate(fingerprint: replaced, notAfter: parent.notAfter),
            keys: keys, subject: subject, refused: refused)
        try log.append(.rekeyRequested, device: published.device, at: at) { json in
            json.member("rotation", Int(rotation))
            json.member("replaces", replaced.hex)
            json.member("recoveredFromSequence", published.sequence)
            json.cause(cause)
        }
        return .asked
    }

    // MARK: Both

    private func known(_ fingerprint: Fingerprint, _ device: Device) throws -> Known? {
        try findCertificate.first([.integer(device.row), .digest(fingerprint.digest)]) {
            Known(row: $0.integer(0), status: try $0.value(1), notAfter: $0.time(2))
        }
    }

    private func put(
        _ action: ManifestRecord.Action, _ rotation: Int64, _ published: PublishedManifest, _ device: Device,
        replaces: ReplacedCertificate, certificate: CertificateColumns? = nil, authority: String? = nil,
        keys: [String] = [],
        subject: String? = nil, refused: String? = nil
    ) throws {
        let manifest = ManifestRecord(
            deviceRow: device.row, device: published.device, account: AccountID(checked: device.account),
            sequence: try manifests.nextSequence(of: device.row), action: action, reason: published.reason, run: run,
            issued: at, expires: max(published.expires, at), certificateDER: certificate?.der,
            certificate: certificate?.fingerprint, authority: authority,
            replaces: replaces, requestKeys: keys, requestSubject: subject, refused: refused)
        try manifests.put(manifest, rotation: rotation)
    }
}

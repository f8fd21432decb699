import Basics
import Lifecycle
import RotationModel

extension SQLFleet {
    package func forgetAnsweredRequests() throws(RotationError) {
        try write { database in
            _ = try Query(
                database,
                """
                DELETE FROM requests WHERE EXISTS (SELECT 1 FROM rotations r JOIN certificates c ON c.id = r.new_certificate
                  WHERE r.device = requests.device AND r.open = 1 AND c.key_identity = requests.key_identity)
                """
            ).run()
        }
    }

    package func record(
        _ issued: [IssuedOrder], run: RunID, at: Timestamp
    ) throws(RotationError) -> [ManifestRecord] {
        guard !issued.isEmpty else { return [] }
        return try write { database in
            var recorder = try IssueRecorder(database, run: run, at: at)
            return try audited(database, by: .run(run)) { log in
                try issued.map { try recorder.record($0, &log) }
            }
        }
    }
}

/// Records one certificate at a time, within one transaction.
private struct IssueRecorder {
    private let run: RunID
    private let at: Timestamp
    private var vocabulary: Vocabulary
    private let certificates: CertificateWriter
    private let manifests: ManifestWriter
    private let closeReservation: Query
    private let moveRotation: Query
    private let findRotation: Query

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        vocabulary = Vocabulary(database)
        certificates = try CertificateWriter(database, mayRefuseKeys: false)
        manifests = try ManifestWriter(database)
        closeReservation = try Query(
            database, "UPDATE reservations SET state = ? WHERE id = ? AND state = 'reserved' AND serial = ?")
        moveRotation = try Query(
            database,
            """
            UPDATE rotations SET state = ?6, new_certificate = ?1, changed_at = ?2, issued_at = ?2, issued_run = ?3,
              first_sequence = ?4 WHERE id = ?5
            """)
        findRotation = try Query(
            database, "SELECT state, old_certificate, new_certificate FROM rotations WHERE id = ?")
    }

    mutating func record(_ issued: IssuedOrder, _ log: inout AuditLog) throws -> ManifestRecord {
        let (reservation, columns) = (issued.reservation, issued.columns)
        let order = reservation.order
        let isReservedSerial = columns.serialNumber == order.serial
        guard isReservedSerial || issued.serialChoice == .issuer,
            columns.keyFingerprint == reservation.keyFingerprint
        else {
            throw RotationError(
                .inventory,
                "the certificate \(columns.fingerprint) has not the serial number or the key that was reserved",
                at: "device \(order.device)")
        }
        let isOpen =
            try closeReservation.changes([
                .text(isReservedSerial ? "recorded" : "abandoned"), .integer(reservation.row),
                .blob(order.serial.bytes),
            ]) == 1
        let row = try certificates.add(
            columns, device: order.deviceRow, status: .pendingActivation,
            lineage: CertificateWriter.Lineage(
                parent: order.oldCertificate, rotation: reservation.rotation, authority: order.authority),
            at: at, &vocabulary)
        let sequence = try manifests.nextSequence(of: order.deviceRow)
        let rotation = try findRotation.first([.integer(reservation.rotation)]) {
            try $0.rotation(state: 0, original: 1, replacement: 2)
        }
        guard isOpen, let (moved, _) = try? rotation?.apply(.issued(RowID(row))) else {
            throw RotationError(
                .inventory, "the reservation of serial number \(order.serial) is no longer open",
                at: "device \(order.device)")
        }
        try moveRotation.run([
            .integer(row), .time(at), .run(run), .count(sequence), .integer(reservation.rotation), .state(of: moved),
        ])
        let manifest = ManifestRecord(
            deviceRow: order.deviceRow, device: order.device, account: reservation.account, sequence: sequence,
            action: .install, reason: order.cause.reason, run: run, issued: at, expires: issued.manifest.expires,
            certificateDER: columns.der, certificate: columns.fingerprint, authority: order.authority,
            replaces: reservation.replaces, requestKeys: [],
            requestSubject: nil, refused: nil)
        try manifests.put(manifest, rotation: reservation.rotation)
        try log.append(.issued, device: order.device, at: at) { json in
            json.member("rotation", Int(reservation.rotation))
            json.member("fingerprint", columns.fingerprint.hex)
            json.member("serial", columns.serialNumber.hex)
            json.member("authority", order.authority)
            json.member("profile", order.profile)
            json.member("replaces", reservation.replaces.fingerprint.hex)
            json.member("key", order.keySource.rawValue)
            json.member("sequence", sequence)
            json.cause(order.cause)
        }
        return manifest
    }
}

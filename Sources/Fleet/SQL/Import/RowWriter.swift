import RotationModel

/// Holds a row against what the inventory has and what earlier rows of the same import said, then writes it.
///
/// A row goes in whole or not at all: everything is checked before anything is written.
final class RowWriter {
    private let database: any Database
    private let at: Timestamp
    private var vocabulary: Vocabulary
    private let certificates: CertificateWriter
    private let findDevice: Query
    private let addDevice: Query
    private let changeDevice: Query
    /// A manifest names the account. One that names another is as good as expired: the next run writes it anew.
    private let expireManifest: Query
    private let findClaims: Query
    private let findOtherHolder: Query
    private let changeStatus: Query
    /// A key may have become known as weak since it was read in.
    private let changeKeyKind: Query
    /// Authorities may have come into rotation.yaml since it was read in, and readers may read more.
    private let changeReading: Query
    /// Every certificate that is REVOKED has its row among the revocations: the CRLs are made of those.
    private let revoke: Query
    /// The line that last spoke of a device or certificate in this import, by row id; 0 for none.
    private var deviceLines = LineIndex()
    private var certificateLines = LineIndex()

    init(_ database: any Database, at: Timestamp) throws {
        self.database = database
        self.at = at
        vocabulary = Vocabulary(database)
        certificates = try CertificateWriter(database)
        findDevice = try Query(
            database,
            """
            SELECT d.id, a.name, l.labels FROM devices d
            JOIN accounts a ON a.id = d.account JOIN label_sets l ON l.id = d.label_set WHERE d.name = ?
            """)
        addDevice = try Query(
            database, "INSERT INTO devices (name, account, label_set, added_at, changed_at) VALUES (?, ?, ?, ?, ?)")
        expireManifest = try Query(database, "UPDATE manifests SET expires = 0 WHERE device = ?")
        changeDevice = try Query(database, "UPDATE devices SET account = ?, label_set = ?, changed_at = ? WHERE id = ?")
        findClaims = try Query(
            database,
            """
            SELECT c.id, c.device, c.status, d.name, a.name, c.key_kind, c.signed_by, c.malformed FROM certificates c
            JOIN devices d ON d.id = c.device JOIN accounts a ON a.id = d.account WHERE c.fingerprint = ?
            """)
        findOtherHolder = try Query(
            database,
            """
            SELECT d.name FROM certificates mine JOIN certificates other ON other.fingerprint = mine.fingerprint
            JOIN devices d ON d.id = other.device JOIN accounts a ON a.id = d.account
            WHERE mine.device = ?1 AND other.device <> ?1 AND a.name <> ?2 LIMIT 1
            """)
        revoke = try Query(
            database,
            """
            INSERT INTO revocations (certificate, issuer, reason, revoked_at, pending)
            SELECT id, issuer, 'unspecified', status_at, ?2 FROM certificates WHERE fingerprint = ?1 AND status = 'REVOKED'
            ON CONFLICT DO NOTHING
            """)
        changeStatus = try Query(database, "UPDATE certificates SET status = ?, status_at = ? WHERE fingerprint = ?")
        changeReading = try Query(
            database, "UPDATE certificates SET signed_by = ?, malformed = ? WHERE fingerprint = ? AND authority IS NULL"
        )
        changeKeyKind = try Query(database, "UPDATE certificates SET key_kind = ? WHERE fingerprint = ?")
    }

    private struct KnownDevice {
        var row: Int64
        var account: String
        var labels: String
    }

    private struct Claim {
        var row: Int64
        var device: Int64
        var status: CertificateStatus
        var deviceName: String
        var account: String
        var keyKind: Int64
        var signedBy: String?
        var malformed: String?
    }

    /// - Returns: Why the row was rejected, or nil.
    func apply(
        _ row: FleetRow, line: Int, summary: inout ImportSummary, changes: inout [ImportChange]
    ) throws -> String? {
        let known = try findDevice.first([.text(row.device.text)]) {
            KnownDevice(row: $0.integer(0), account: $0.text(1), labels: $0.text(2))
        }
        if let known, let reason = try contradiction(of: row, with: known) { return reason }

        var accepted: [(certificate: FleetRow.Certificate, claims: [Claim])] = []
        for (index, certificate) in row.certificates.enumerated() {
            let fingerprint = certificate.columns.fingerprint
            if let twin = row.certificates[..<index].first(where: { $0.columns.fingerprint == fingerprint }) {
                if twin.status == certificate.status { continue }
                return "the certificate \(fingerprint) stands twice, with status \(twin.status.rawValue) and "
                    + certificate.status.rawValue
            }
            let claims = try findClaims.all([.digest(fingerprint.digest)]) {
                Claim(
                    row: $0.integer(0), device: $0.integer(1), status: try $0.value(2), deviceName: $0.text(3),
                    account: $0.text(4), keyKind: $0.integer(5), signedBy: $0.optionalText(6),
                    malformed: $0.optionalText(7))
            }
            if let reason = objection(to: certificate, of: row, device: known?.row, claims) { return reason }
            accepted.append((certificate, claims))
        }

        let device = try write(row, known: known, line: line, summary: &summary, changes: &changes)
        for (certificate, claims) in accepted {
            try write(certificate, of: row.device, device, claims, line: line, summary: &summary, changes: &changes)
        }
        return nil
    }

    // MARK: Checks

    private func contradiction(of row: FleetRow, with known: KnownDevice) throws -> String? {
        let moves = !known.account.utf8.elementsEqual(row.account.text.utf8)
        if let line = deviceLines[known.row] {
            if moves { return "line \(line) has this device in account \(known.account), this row in \(row.account)" }
            if !known.labels.utf8.elementsEqual(row.labels.canonicalJSON.utf8) {
                return "line \(line) gives this device other labels"
            }
        }
        if moves, let other = try findOtherHolder.first([.integer(known.row), .text(row.account.text)], { $0.text(0) })
        {
            return
                "it cannot move to account \(row.account): it shares a certificate with device \(other) of another account"
        }
        return nil
    }

    private func objection(
        to certificate: FleetRow.Certificate, of row: FleetRow, device: Int64?, _ claims: [Claim]
    ) -> String? {
        let fingerprint = certificate.columns.fingerprint
        if let other = claims.first(where: {
            $0.device != device && !$0.account.utf8.elementsEqual(row.account.text.utf8)
        }) {
            return "the certificate \(fingerprint) belongs to device \(other.deviceName) of account \(other.account)"
        }
        guard let status = claims.first?.status, status != certificate.status else { return nil }
        if let line = claims.lazy.compactMap({ self.certificateLines[$0.row] }).first {
            return "line \(line) gives the certificate \(fingerprint) status \(status.rawValue), this row "
                + certificate.status.rawValue
        }
        if status == .revoked {
            return
                "the certificate \(fingerprint) is REVOKED, and an import does not make it \(certificate.status.rawValue)"
        }
        return nil
    }

    // MARK: Writes

    private func write(
        _ row: FleetRow, known: KnownDevice?, line: Int, summary: inout ImportSummary, changes: inout [ImportChange]
    ) throws -> Int64 {
        guard let known else {
            let device = try addDevice.insert([
                .text(row.device.text), .integer(try vocabulary.account(row.account)),
                .integer(try vocabulary.labelSet(row.labels)), .time(at), .time(at),
            ])
            deviceLines[device] = line
            summary.devices.added += 1
            return device
        }
        let isFirst = deviceLines[known.row] == nil
        deviceLines[known.row] = line
        let labels = row.labels.canonicalJSON
        guard !known.account.utf8.elementsEqual(row.account.text.utf8) || !known.labels.utf8.elementsEqual(labels.utf8)
        else {
            if isFirst { summary.devices.unchanged += 1 }
            return known.row
        }
        if !known.account.utf8.elementsEqual(row.account.text.utf8) {
            changes.append(.moved(row.device, from: known.account, to: row.account.text))
            try expireManifest.run([.integer(known.row)])
            summary.note("device \(row.device) moved from account \(known.account) to \(row.account)")
        }
        if !known.labels.utf8.elementsEqual(labels.utf8) {
            changes.append(.relabelled(row.device, from: known.labels, to: labels))
        }
        try changeDevice.run([
            .integer(try vocabulary.account(row.account)), .integer(try vocabulary.labelSet(row.labels)), .time(at),
            .integer(known.row),
        ])
        summary.devices.updated += 1
        return known.row
    }

    private func write(
        _ certificate: FleetRow.Certificate, of device: DeviceID, _ deviceRow: Int64, _ claims: [Claim], line: Int,
        summary: inout ImportSummary, changes: inout [ImportChange]
    ) throws {
        let columns = certificate.columns
        if let status = claims.first?.status, status != certificate.status {
            try changeStatus.run([.text(certificate.status.rawValue), .time(at), .digest(columns.fingerprint.digest)])
            if certificate.status == .revoked { try revoke.run([.digest(columns.fingerprint.digest), .integer(1)]) }
            changes.append(.status(device, columns.fingerprint, from: status, to: certificate.status))
        }
        let keyKind = try vocabulary.keyKind(KeyKind(algorithm: columns.key, weakness: columns.keyWeakness))
        let isKeyJudgedAnew = claims.contains { $0.keyKind != keyKind }
        if isKeyJudgedAnew { try changeKeyKind.run([.integer(keyKind), .digest(columns.fingerprint.digest)]) }
        if let signedBy = columns.signedBy?.rawValue,
            claims.contains(where: { $0.signedBy != signedBy || $0.malformed != columns.malformed })
        {
            try changeReading.run([
                .text(signedBy), .optional(columns.malformed), .digest(columns.fingerprint.digest),
            ])
        }
        if let own = claims.first(where: { $0.device == deviceRow }) {
            if certificateLines[own.row] == nil {
                if own.status == certificate.status && !isKeyJudgedAnew {
                    summary.certificates.unchanged += 1
                } else {
                    summary.certificates.updated += 1
                }
            }
            certificateLines[own.row] = line
            return
        }
        let row = try certificates.add(columns, device: deviceRow, status: certificate.status, at: at, &vocabulary)
        if certificate.status == .revoked { try revoke.run([.digest(columns.fingerprint.digest), .integer(2)]) }
        certificateLines[row] = line
        summary.certificates.added += 1
        if let other = claims.first {
            summary.note("devices \(other.deviceName) and \(device) have the same certificate \(columns.fingerprint)")
        }
    }
}

/// Lines by row id. Row ids are dense, so this is four bytes a row.
private struct LineIndex {
    private var lines: [UInt32] = []

    subscript(row: Int64) -> Int? {
        get {
            guard row < lines.count, lines[Int(row)] != 0 else { return nil }
            return Int(lines[Int(row)])
        }
        set {
            if row >= lines.count { lines.append(contentsOf: repeatElement(0, count: Int(row) + 1 - lines.count)) }
            lines[Int(row)] = UInt32(clamping: newValue ?? 0)
        }
    }
}

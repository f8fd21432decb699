import Basics
import RotationModel

extension SQLFleet {
    package func recover(
        _ entries: [PublishedRevocation], issuers: [String], notAfter: Timestamp, run: RunID, at: Timestamp
    ) throws(RotationError) -> RecoveredEntries {
        guard !entries.isEmpty else { return RecoveredEntries() }
        return try write { database in
            try audited(database, by: .run(run)) { log in
                var recovery = try EntryRecovery(database, run: run, at: at)
                return try recovery.recover(entries, issuers: issuers, notAfter: notAfter, &log)
            }
        }
    }
}

/// Takes over the entries of an authority's CRLs, within one transaction.
private struct EntryRecovery {
    private let database: any Database
    private let run: RunID
    private let at: Timestamp

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        (self.database, self.run, self.at) = (database, run, at)
    }

    private struct Claim {
        let row: Int64
        let deviceRow: Int64
        let device: DeviceID
        /// What the CRL says of it, or of another of its device's.
        let entry: PublishedRevocation
        let fingerprint: Fingerprint
        let key: KeyReference
        let isRevoked: Bool
    }

    mutating func recover(
        _ entries: [PublishedRevocation], issuers: [String], notAfter: Timestamp, _ log: inout AuditLog
    ) throws -> RecoveredEntries {
        let listed = Dictionary(entries.map { ($0.serialNumber, $0) }, uniquingKeysWith: { first, _ in first })
        let found = try claims(issuers, listed)
        let claims = try found + expired(beside: found)
        var outcome = RecoveredEntries()
        try revoke(claims.filter { !$0.isRevoked }, &outcome, &log)
        try correct(claims, &outcome)
        let known = Set(found.map(\.entry.serialNumber))
        var vocabulary = Vocabulary(database)
        let issuer = try vocabulary.issuer(issuers[0])
        let kept = RecoveredRevocations(database)
        for (serial, entry) in listed where !known.contains(serial) {
            try kept.add(entry, issuer: issuer, notAfter: notAfter, run: run)
            outcome.unknown += 1
        }
        return outcome
    }

    private static let columns =
        "c.id, c.serial, c.device, d.name, c.fingerprint, c.key_fingerprint, c.key_identity, c.status = 'REVOKED'"

    private static func claim(_ row: ResultRow, _ entry: PublishedRevocation) throws -> Claim {
        Claim(
            row: row.integer(0), deviceRow: row.integer(2), device: DeviceID(checked: row.text(3)), entry: entry,
            fingerprint: try row.fingerprint(4), key: try row.key(5, 6), isRevoked: row.integer(7) == 1)
    }

    /// The certificates that are listed. One pass over the authority's, whatever their number: serial numbers have no index.
    private func claims(
        _ issuers: [String], _ listed: [SerialNumber: PublishedRevocation]
    ) throws -> [Claim] {
        let query = try Query(
            streaming: database,
            """
            SELECT \(EntryRecovery.columns) FROM certificates c JOIN devices d ON d.id = c.device
            WHERE c.issuer = (SELECT id FROM issuers WHERE name = ?) AND c.signed_by IS DISTINCT FROM 'forged'
            """)
        var claims: [Claim] = []
        for issuer in issuers {
            try query.forEach([.text(issuer)]) { row in
                guard let entry = listed[SerialNumber(bytes: row.bytes(1))] else { return }
                claims.append(try EntryRecovery.claim(row, entry))
            }
        }
        return claims
    }

    /// Reasons for which a device is not to have another certificate.
    private static let final: Set<RevocationReason> = [.keyCompromise, .cessationOfOperation, .privilegeWithdrawn]

    /// What had expired when another certificate of the device was revoked for good: no CRL lists it (RFC 5280, 3.3), and left `ACTIVE` it would
    /// be renewed.
    private func expired(beside claims: [Claim]) throws -> [Claim] {
        let query = try Query(
            database,
            """
            SELECT \(EntryRecovery.columns) FROM certificates c JOIN devices d ON d.id = c.device
            WHERE c.device = ? AND c.status IN ('ACTIVE', 'PENDING_ACTIVATION') AND c.not_after < ?
            """)
        return try claims.filter { !$0.isRevoked && EntryRecovery.final.contains($0.entry.reason) }.flatMap { claim in
            try query.all([.integer(claim.deviceRow), .time(claim.entry.revokedAt)]) {
                try EntryRecovery.claim($0, claim.entry)
            }
        }
    }

    /// Revokes by an order for each reason. None is in force afterwards: whom a revocation reaches was found out before it was published.
    private func revoke(
        _ claims: [Claim], _ outcome: inout RecoveredEntries, _ log: inout AuditLog
    ) throws {
        let byReason = Dictionary(grouping: claims, by: \.entry.reason)
        var revocation = try CertificateRevocation(database, run: run, at: at)
        let refusal = try KeyRefusal(database, at: at)
        for (reason, claims) in byReason.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let order = try order(reason, &log)
            for claim in claims {
                let revoked = try revocation.revoke(
                    RevokeOrder(
                        certificateRow: claim.row, fingerprint: claim.fingerprint, device: claim.device, order: order,
                        reach: .matched, reason: reason,
                        cause: Cause(Reason(.revoked, "a published CRL lists it (\(reason.rawValue))"), nil),
                        manifestExpires: at + .days(30)), &log)
                if revoked { outcome.revoked += 1 }
                if reason == .keyCompromise, try refusal.refuse(claim.key, order: order, &log) {
                    outcome.refusedKeys += 1
                }
            }
        }
    }

    private func order(_ reason: RevocationReason, _ log: inout AuditLog) throws -> Int64 {
        let name = "recovered:\(run):\(reason.rawValue)"
        if let known = try Query(database, "SELECT id FROM revocation_orders WHERE name = ?").first(
            [.text(name)], { $0.integer(0) })
        {
            return known
        }
        let actor = try Query(database, "SELECT actor FROM runs WHERE id = ?").first([.run(run)]) { $0.text(0) } ?? ""
        try log.append(.revocationOrdered, device: nil, at: at) { json in
            json.member("order", name)
            json.member("reason", reason.rawValue)
            json.member("cause", "recovered")
        }
        return try Query(
            database,
            """
            INSERT INTO revocation_orders (name, kind, reason, mode, actor, note, recorded_at, run, withdrawn_at, withdrawn_by)
            VALUES (?1, 'manual', ?2, 'revoke-now', ?3, 'read from a published CRL', ?4, ?5, ?4, ?3)
            """
        ).insert([.text(name), .text(reason.rawValue), .text(actor), .time(at), .run(run)])
    }

    /// What a CRL said stays as it said it: dates, reasons, and that it is carried out.
    private func correct(_ claims: [Claim], _ outcome: inout RecoveredEntries) throws {
        let change = try Query(
            database,
            """
            UPDATE revocations SET revoked_at = ?1, reason = ?2, pending = 0
            WHERE certificate = ?3 AND (revoked_at <> ?1 OR reason <> ?2 OR pending > 0)
            """)
        for claim in claims {
            let changed = try change.changes([
                .time(claim.entry.revokedAt), .text(claim.entry.reason.rawValue), .integer(claim.row),
            ])
            if claim.isRevoked { outcome.corrected += changed }
        }
    }
}

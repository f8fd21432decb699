import Basics
import RotationModel

extension SQLView {
    package func registeredCertificates(
        withFingerprint fingerprint: Fingerprint
    ) throws(RotationError) -> [RegisteredCertificate] {
        try guarded {
            try Query(
                database,
                """
                SELECT c.id, c.fingerprint, c.status, c.not_before, c.not_after, k.algorithm, k.weakness,
                  c.key_fingerprint, c.key_identity,
                  EXISTS (SELECT 1 FROM refused_keys f WHERE f.key_identity = c.key_identity)
                    OR EXISTS (SELECT 1 FROM refused_keys f WHERE f.key_fingerprint = c.key_fingerprint)
                    OR EXISTS (SELECT 1 FROM exposed_keys e
                      WHERE e.key_identity = c.key_identity AND (e.device IS NULL OR e.device = c.device)),
                  r.id IS NOT NULL, d.id, d.name, a.name
                FROM certificates c
                JOIN key_kinds k ON k.id = c.key_kind
                JOIN devices d ON d.id = c.device JOIN accounts a ON a.id = d.account
                LEFT JOIN rotations r ON r.device = c.device AND r.open = 1 AND r.new_certificate = c.id
                WHERE c.fingerprint = ? ORDER BY c.id
                """
            ).all([.digest(fingerprint.digest)]) { try RegisteredCertificate($0) }
        }
    }

    package func currentCertificate(ofDevice row: Int64) throws(RotationError) -> CurrentCertificate? {
        try guarded {
            let active = try Query(
                database,
                """
                SELECT \(SQLView.certificateColumns) FROM certificates c WHERE c.device = ? AND c.status = 'ACTIVE'
                """
            ).all([.integer(row)]) { try certificate($0) }
            guard let current = active.min(by: PlanningCertificate.isBefore) else { return nil }
            let labelSet = try Query(database, "SELECT label_set FROM devices WHERE id = ?")
                .first([.integer(row)]) { $0.integer(0) }
            return CurrentCertificate(
                row: current.row, issuer: try lexicon.issuer(current.issuer),
                labels: try labelSet.map { try lexicon.labels(ofSet: $0) } ?? .none)
        }
    }

    package func issuedCertificate(
        toDevice row: Int64, forKey key: KeyIdentity, after shown: Int64
    ) throws(RotationError) -> IssuedCertificate? {
        try guarded {
            let found = try Query(
                database,
                """
                SELECT c.id, c.status, c.not_after, b.der, r.open = 1 AND r.new_certificate = c.id FROM certificates c
                JOIN certificate_bodies b ON b.certificate = c.id JOIN rotations r ON r.id = c.rotation
                WHERE c.key_identity = ? AND c.device = ? AND c.id > ? ORDER BY c.id DESC
                """
            ).all([.digest(key.digest), .integer(row), .integer(shown)]) { row in
                (
                    certificate: IssuedCertificate(
                        row: row.integer(0), status: try row.value(1), notAfter: row.time(2), der: row.bytes(3)),
                    isOpenReplacement: row.integer(4) == 1
                )
            }
            return found.first {
                $0.certificate.status == .active
                    || ($0.certificate.status == .pendingActivation && $0.isOpenReplacement)
            }?.certificate
        }
    }

    package func isRequestWaiting(
        ofDevice row: Int64, withKey key: KeyIdentity
    ) throws(RotationError) -> Bool {
        try guarded {
            try Query(database, "SELECT 1 FROM requests WHERE device = ? AND key_identity = ?")
                .exists([.integer(row), .digest(key.digest)])
        }
    }

    package func newestAuditEntry() throws(RotationError) -> Int64 {
        try guarded { try Query(database, "SELECT entry FROM audit_head").first { $0.integer(0) } ?? 0 }
    }

    package func requestRefusal(
        of device: DeviceID, afterEntry number: Int64
    ) throws(RotationError) -> String? {
        try guarded {
            let detail = try Query(
                database,
                "SELECT detail FROM audit WHERE device = ? AND id > ? AND action = ? ORDER BY id DESC LIMIT 1"
            ).first([.text(device.text), .integer(number), .text(AuditAction.csrRefused.rawValue)]) { $0.text(0) }
            guard let detail else { return nil }
            return try FlatJSON(parsing: Array(detail.utf8), largest: 1 << 16).string("reason") ?? ""
        }
    }

    package func revocations(
        after number: Int64, limit: Int
    ) throws(RotationError) -> [NumberedRevocation] {
        try guarded {
            try Query(
                database,
                """
                SELECT v.id, c.fingerprint FROM revocations v JOIN certificates c ON c.id = v.certificate
                WHERE v.id > ? ORDER BY v.id LIMIT ?
                """
            ).all([.integer(number), .count(limit)]) {
                NumberedRevocation(number: $0.integer(0), fingerprint: try $0.fingerprint(1))
            }
        }
    }

    package func newestRevocation() throws(RotationError) -> Int64 {
        try guarded { try Query(database, "SELECT coalesce(max(id), 0) FROM revocations").first { $0.integer(0) } ?? 0 }
    }
}

extension RegisteredCertificate {
    fileprivate init(_ result: ResultRow) throws {
        let weakness = result.text(6)
        self.init(
            row: result.integer(0), fingerprint: try result.fingerprint(1), status: try result.value(2),
            notBefore: result.time(3), notAfter: result.time(4), key: KeyAlgorithm(result.text(5)),
            keyWeakness: weakness.isEmpty ? nil : weakness, publicKey: try result.key(7, 8),
            isKeyRefused: result.integer(9) == 1, isOpenReplacement: result.integer(10) == 1,
            deviceRow: result.integer(11), device: DeviceID(checked: result.text(12)),
            account: AccountID(checked: result.text(13)))
    }
}

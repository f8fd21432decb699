import RotationModel

extension CertificateHistory {
    /// Of all certificates of a device.
    static func all(_ database: any Database, ofDevice row: Int64) throws -> [Fingerprint: CertificateHistory] {
        let histories = try Query(
            database,
            """
            SELECT c.fingerprint, p.fingerprint, c.confirmed_at, c.replaced_at, v.reason, v.revoked_at, o.name, v.reach, o.actor,
              v.run, o.note, v.pending
            FROM certificates c LEFT JOIN certificates p ON p.id = c.parent LEFT JOIN revocations v ON v.certificate = c.id
            LEFT JOIN revocation_orders o ON o.id = v.revocation_order WHERE c.device = ?
            """
        ).all([.integer(row)]) { result in
            var revocation =
                result.isNull(4)
                ? nil
                : RevocationStory(
                    reason: try result.value(4), revokedAt: result.time(5), order: result.optionalText(6),
                    reach: result.isNull(7) ? nil : try result.value(7), actor: result.optionalText(8),
                    run: result.optionalRun(9), note: result.optionalText(10))
            revocation?.isPending = result.integer(11) == 1
            return (
                try result.fingerprint(0),
                CertificateHistory(
                    parent: result.isNull(1) ? nil : try result.fingerprint(1), confirmedAt: result.optionalTime(2),
                    replacedAt: result.optionalTime(3), revocation: revocation)
            )
        }
        return Dictionary(histories, uniquingKeysWith: { first, _ in first })
    }
}

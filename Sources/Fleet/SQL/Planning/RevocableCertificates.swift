import RotationModel

extension SQLView {
    private static let revocable = revocableSelection(with: nil)

    /// How many columns ``revocable(_:)`` takes; others follow them.
    static let revocableColumns: CInt = 19

    static func revocableSelection(with others: String?) -> String {
        """
        SELECT c.id, c.device, d.name, d.account, d.label_set, c.fingerprint, c.serial, c.issuer, c.not_before, c.not_after,
          c.key_kind, c.key_fingerprint, c.signature_kind, c.status, c.parent, r.revocation, c.confirmed_at, c.replaced_at,
          c.key_identity
          \(others.map { ", \($0)" } ?? "")
        FROM certificates c JOIN devices d ON d.id = c.device LEFT JOIN rotations r ON r.id = c.rotation
        """
    }

    package func forEachCertificate(_ body: (RevocableCertificate) throws -> Void) throws {
        let query = try Query(streaming: database, "\(SQLView.revocable) ORDER BY c.id")
        try query.forEach { try body(revocable($0)) }
    }

    package func forEachCertificate(
        ofClass class: Int64?, _ body: (RevocableCertificate) throws -> Void
    ) throws {
        let query = try Query(
            streaming: database, "\(SQLView.revocable) WHERE c.class \(`class` == nil ? "IS NULL" : "= ?")")
        try query.forEach(`class`.map { [.integer($0)] } ?? []) { try body(revocable($0)) }
    }

    package func certificate(row: Int64) throws(RotationError) -> RevocableCertificate? {
        try certificates("c.id = ?", [.integer(row)]).first
    }

    package func certificates(withFingerprint fingerprint: Fingerprint) throws(RotationError) -> [RevocableCertificate]
    {
        try certificates("c.fingerprint = ?", [.digest(fingerprint.digest)])
    }

    package func certificates(withKey key: KeyIdentity) throws(RotationError) -> [RevocableCertificate] {
        try certificates("c.key_identity = ?", [.digest(key.digest)])
    }

    package func certificates(renewing row: Int64) throws(RotationError) -> [RevocableCertificate] {
        // A certificate and what renews it are of one device: an index on the parent would only make issuing slower.
        try certificates(
            "c.device = (SELECT device FROM certificates WHERE id = ?1) AND c.parent = ?1", [.integer(row)])
    }

    package func certificates(ofDevice row: Int64) throws(RotationError) -> [RevocableCertificate] {
        try certificates("c.device = ?", [.integer(row)])
    }

    package func certificates(
        serial: SerialNumber, issuer: String? = nil
    ) throws(RotationError) -> [RevocableCertificate] {
        guard let issuer else { return try certificates("c.serial = ?", [.blob(serial.bytes)]) }
        return try certificates(
            "c.serial = ? AND c.issuer = (SELECT id FROM issuers WHERE name = ?)", [.blob(serial.bytes), .text(issuer)])
    }

    private func certificates(
        _ condition: String, _ values: [SQLValue]
    ) throws(RotationError) -> [RevocableCertificate] {
        try guarded {
            try Query(database, "\(SQLView.revocable) WHERE \(condition) ORDER BY c.id")
                .all(values) { try revocable($0) }
        }
    }

    func revocable(_ row: ResultRow) throws -> RevocableCertificate {
        RevocableCertificate(
            row: row.integer(0), deviceRow: row.integer(1), device: DeviceID(checked: row.text(2)),
            account: row.integer(3), labelSet: row.integer(4), fingerprint: try row.fingerprint(5),
            serialNumber: SerialNumber(bytes: row.bytes(6)), issuer: row.integer(7), notBefore: row.time(8),
            notAfter: row.time(9), key: try lexicon.keyKind(row.integer(10)).algorithm,
            publicKey: try row.key(11, 18),
            signature: try lexicon.signatureKind(row.integer(12)).algorithm, status: try row.value(13),
            parent: row.optionalInteger(14), causedBy: row.optionalInteger(15), confirmedAt: row.optionalTime(16),
            replacedAt: row.optionalTime(17))
    }
}

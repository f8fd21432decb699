import RotationModel

/// Stores certificates: imported ones, and those that a run issued.
struct CertificateWriter {
    /// Where a certificate that a run issued comes from.
    struct Lineage {
        var parent: Int64
        var rotation: Int64
        var authority: String
    }

    private let certificate: Query
    private let body: Query
    /// What a device adds to the class of its certificates.
    private let device: Query
    /// A key that was refused before anyone knew more of it than its fingerprint. Nil where no key is refused: nearly always.
    private let identifyRefused: Query?
    /// Nil where no CRL told of a certificate that was unknown: nearly always.
    private let listed: ListedCertificates?

    /// - Parameter mayRefuseKeys: whether the transaction refuses keys too.
    init(_ database: any Database, mayRefuseKeys: Bool = true) throws {
        certificate = try Query(
            database,
            """
            INSERT INTO certificates (device, fingerprint, status, serial, issuer, subject, not_before, not_after, key_kind,
              key_fingerprint, key_identity, signature_kind, parent, rotation, authority, added_at, status_at,
              signed_by, malformed, class)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        device = try Query(database, "SELECT label_set, account FROM devices WHERE id = ?")
        body = try Query(database, "INSERT INTO certificate_bodies (certificate, der) VALUES (?, ?)")
        identifyRefused =
            try mayRefuseKeys || Query(database, "SELECT 1 FROM refused_keys LIMIT 1").exists([])
            ? try Query(
                database, "UPDATE refused_keys SET key_identity = ?1 WHERE key_fingerprint = ?2 AND key_identity <> ?1")
            : nil
        listed =
            try Query(database, "SELECT 1 FROM recovered_revocations LIMIT 1").exists([])
            ? ListedCertificates(database) : nil
    }

    func add(
        _ columns: CertificateColumns, device: Int64, status: CertificateStatus, lineage: Lineage? = nil, at: Timestamp,
        _ vocabulary: inout Vocabulary
    ) throws -> Int64 {
        let issuer = try vocabulary.issuer(columns.issuer)
        let key = try vocabulary.keyKind(KeyKind(algorithm: columns.key, weakness: columns.keyWeakness))
        let signature = try vocabulary.signatureKind(
            SignatureKind(algorithm: columns.signature, isWeak: columns.isSignatureWeak))
        let group = try self.device.first([.integer(device)]) { (labelSet: $0.integer(0), account: $0.integer(1)) }
        let alike = try group.map { group in
            try vocabulary.certificateClass(
                labelSet: group.labelSet, account: group.account, issuer: issuer, keyKind: key,
                signatureKind: signature,
                lifetime: CertificateLifetime.bound(of: columns.notAfter - columns.notBefore))
        }
        let row = try certificate.insert([
            .integer(device), .digest(columns.fingerprint.digest), .text(status.rawValue),
            .blob(columns.serialNumber.bytes),
            .integer(issuer), .text(columns.subject), .time(columns.notBefore), .time(columns.notAfter), .integer(key),
            .digest(columns.keyFingerprint.digest), .digest(columns.keyIdentity.digest), .integer(signature),
            .optional(lineage?.parent), .optional(lineage?.rotation), .optional(lineage?.authority), .time(at),
            .time(at), .optional(columns.signedBy?.rawValue), .optional(columns.malformed),
            .optional(alike),
        ])
        try body.run([.integer(row), .blob(columns.der)])
        try identifyRefused?.run([.digest(columns.keyIdentity.digest), .digest(columns.keyFingerprint.digest)])
        if status != .revoked { try listed?.revokeIfListed(row, columns.serialNumber, issuer: issuer, at: at) }
        return row
    }
}

import RotationModel

/// What the fifth version adds: what a key is, however it is written (``RotationModel/KeyIdentity``), beside the fingerprint that people see.
///
/// Every lookup of a key goes by the identity from now on; so the indexes on the fingerprints go.
enum Version5 {
    static let columns = """
        ALTER TABLE certificates ADD COLUMN key_identity BLOB CHECK (length(key_identity) = 32);
        ALTER TABLE requests ADD COLUMN key_identity BLOB CHECK (length(key_identity) = 32);
        -- Of a key that is known by its fingerprint alone, the fingerprint, until a certificate with it comes in.
        ALTER TABLE refused_keys ADD COLUMN key_identity BLOB CHECK (length(key_identity) = 32);
        """

    static let indexes = """
        UPDATE refused_keys SET key_identity = coalesce(
          (SELECT c.key_identity FROM certificates c WHERE c.key_fingerprint = refused_keys.key_fingerprint),
          (SELECT q.key_identity FROM requests q WHERE q.key_fingerprint = refused_keys.key_fingerprint),
          key_fingerprint);
        DROP INDEX certificates_by_key;
        DROP INDEX requests_by_key;
        CREATE INDEX certificates_by_key_identity ON certificates (key_identity);
        CREATE INDEX requests_by_key_identity ON requests (key_identity);
        CREATE INDEX refused_keys_by_identity ON refused_keys (key_identity);
        """

    /// Reads the certificates and requests that are there. One that cannot be read is known by its fingerprint, as it was before.
    ///
    /// What is weak about a key is judged anew as well: it is known better than when the certificate came in.
    static func fill(_ database: any Database, reading readers: KeyReaders?) throws {
        var vocabulary = Vocabulary(database)
        let update = try Query(database, "UPDATE certificates SET key_identity = ?, key_kind = ? WHERE id = ?")
        let certificates = try Query(
            uncached: database,
            """
            SELECT c.id, c.key_fingerprint, c.key_kind, b.der FROM certificates c
            LEFT JOIN certificate_bodies b ON b.certificate = c.id ORDER BY c.id
            """)
        try certificates.forEach { row in
            let columns = try? readers?.certificate(row.bytes(3))
            let kind = try columns.map {
                try vocabulary.keyKind(KeyKind(algorithm: $0.key, weakness: $0.keyWeakness))
            }
            let identity = try columns?.keyIdentity ?? KeyIdentity(standingFor: row.keyFingerprint(1))
            try update.run([
                .digest(identity.digest), .integer(kind ?? row.integer(2)), .integer(row.integer(0)),
            ])
        }
        let updateRequest = try Query(database, "UPDATE requests SET key_identity = ? WHERE device = ?")
        let requests = try Query(uncached: database, "SELECT device, key_fingerprint, spki FROM requests")
            .all { ($0.integer(0), try $0.keyFingerprint(1), $0.bytes(2)) }
        for (device, fingerprint, spki) in requests {
            let identity = (try? readers?.publicKey(spki)) ?? KeyIdentity(standingFor: fingerprint)
            try updateRequest.run([.digest(identity.digest), .integer(device)])
        }
    }
}

/// How the inventory learns what the keys are that it has from before it knew. Fleet knows no X.509: whoever composes it with PKI hands
/// these in.
package struct KeyReaders: Sendable {
    let certificate: @Sendable (_ der: [UInt8]) throws(RotationError) -> CertificateColumns
    let publicKey: @Sendable (_ subjectPublicKeyInfo: [UInt8]) throws(RotationError) -> KeyIdentity

    package init(
        certificate: @escaping @Sendable (_ der: [UInt8]) throws(RotationError) -> CertificateColumns,
        publicKey: @escaping @Sendable (_ subjectPublicKeyInfo: [UInt8]) throws(RotationError) -> KeyIdentity
    ) {
        (self.certificate, self.publicKey) = (certificate, publicKey)
    }
}

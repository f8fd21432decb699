/// One kind of contradiction, and the question that finds every case of it.
struct ContradictionSearch: Sendable {
    /// See ``Contradiction/kind``.
    let kind: String
    /// Its rows: a device's name or NULL, and what the sentence is about.
    let sql: String
    /// What is wrong, said of that.
    let sentence: @Sendable (_ about: String) -> String

    static func all(_ dialect: Dialect) -> [ContradictionSearch] {
        let name = dialect.hex("c.fingerprint")
        return certificates(name, dialect) + listings(name, dialect) + lineage(name) + rotations
            + reservations(name, dialect) + manifests + revocations(name) + lists
    }
}

// MARK: Certificates and where they come from

extension ContradictionSearch {
    private static let ofCertificate = "FROM certificates c LEFT JOIN devices d ON d.id = c.device"

    private static func certificates(_ name: String, _ dialect: Dialect) -> [ContradictionSearch] {
        [
            ContradictionSearch(
                kind: "certificate-body",
                sql: """
                    SELECT d.name, \(name) \(ofCertificate) LEFT JOIN certificate_bodies b ON b.certificate = c.id
                    WHERE b.certificate IS NULL
                    """
            ) { "certificate \($0) has lost its DER" },
            ContradictionSearch(
                kind: "certificate-status",
                sql: """
                    SELECT d.name, \(name) \(ofCertificate) WHERE EXISTS (SELECT 1 FROM certificates o
                      WHERE o.fingerprint = c.fingerprint AND o.status <> c.status)
                    """
            ) { "certificate \($0), which several devices present, has different statuses" },
            ContradictionSearch(
                kind: "certificate-serial",
                sql: """
                    SELECT d.name, \(dialect.hex("c.serial")) \(ofCertificate) JOIN (SELECT issuer, serial FROM certificates
                      GROUP BY issuer, serial HAVING count(DISTINCT fingerprint) > 1) t
                      ON t.issuer = c.issuer AND t.serial = c.serial WHERE c.rotation IS NOT NULL
                    """
            ) { "serial number \($0) was given to another certificate too" },
        ]
    }

    /// What a plan finds devices by. What is missing there, no run would look at.
    private static func listings(_ name: String, _ dialect: Dialect) -> [ContradictionSearch] {
        [
            ContradictionSearch(
                kind: "certificate-class",
                sql: """
                    SELECT d.name, \(name) \(ofCertificate) LEFT JOIN certificate_classes k ON k.id = c.class
                    WHERE k.id IS NULL OR k.label_set <> d.label_set OR k.account <> d.account OR k.issuer <> c.issuer
                      OR k.key_kind <> c.key_kind OR k.signature_kind <> c.signature_kind
                      OR k.lifetime < c.not_after - c.not_before
                    """
            ) { "certificate \($0) is listed with others than those that it is like, so that a run may overlook it" },
            ContradictionSearch(
                kind: "shared-key",
                sql: """
                    SELECT DISTINCT d.name, \(name) \(ofCertificate)
                    WHERE EXISTS (SELECT 1 FROM certificates o WHERE o.key_identity = c.key_identity AND o.device > c.device)
                      AND NOT EXISTS (SELECT 1 FROM shared_keys s WHERE s.key_identity = c.key_identity)
                    """
            ) { "certificate \($0) has a key that another device has too, and that is not listed as such" },
            ContradictionSearch(
                kind: "leftover",
                sql: """
                    SELECT min(d.name), CAST(count(*) AS TEXT) \(ofCertificate) WHERE c.status = 'ACTIVE'
                      AND NOT EXISTS (SELECT 1 FROM devices_with_leftovers l WHERE l.device = c.device)
                    GROUP BY c.device HAVING count(*) > 1
                    """
            ) { "the device has \($0) ACTIVE certificates, and is not listed as such" },
            ContradictionSearch(
                kind: "expiry-count",
                sql: """
                    SELECT NULL, \(dialect.date("day")) FROM (
                      SELECT day, certificates AS kept, 0 AS found FROM active_ends UNION ALL
                      SELECT \(DayNumber.sql(of: "not_after")), 0, count(*) FROM certificates WHERE status = 'ACTIVE' GROUP BY 1) counted
                    GROUP BY day HAVING sum(kept) <> sum(found)
                    """
            ) { "the certificates that end on \($0) are miscounted" },
        ]
    }

    private static func lineage(_ name: String) -> [ContradictionSearch] {
        [
            ContradictionSearch(
                kind: "certificate-lineage",
                sql: """
                    SELECT d.name, \(name) \(ofCertificate) JOIN rotations r ON r.id = c.rotation
                    WHERE r.new_certificate IS DISTINCT FROM c.id OR r.old_certificate IS DISTINCT FROM c.parent OR r.device <> c.device
                    """
            ) { "certificate \($0) is not what its rotation brought, or does not replace what that replaced" },
            ContradictionSearch(
                kind: "certificate-origin",
                sql: """
                    SELECT d.name, \(name) \(ofCertificate) WHERE (c.rotation IS NULL) <> (c.authority IS NULL)
                      OR (c.rotation IS NULL) <> (c.parent IS NULL)
                    """
            ) { "certificate \($0) lacks part of what says where it comes from: parent, rotation, authority" },
            ContradictionSearch(
                kind: "certificate-pending",
                sql: """
                    SELECT d.name, \(name) \(ofCertificate) JOIN rotations r ON r.new_certificate = c.id
                    WHERE c.status = 'PENDING_ACTIVATION' AND r.state IN ('confirmed', 'completed')
                    """
            ) { "certificate \($0) was confirmed, and is PENDING_ACTIVATION" },
        ]
    }
}

// MARK: Rotations, serial numbers and manifests

extension ContradictionSearch {
    private static let ofRotation = "FROM rotations r LEFT JOIN devices d ON d.id = r.device"

    private static let rotations = [
        ContradictionSearch(
            kind: "rotation-certificates",
            sql: """
                SELECT d.name, CAST(r.id AS TEXT) \(ofRotation) LEFT JOIN certificates n ON n.id = r.new_certificate
                LEFT JOIN certificates o ON o.id = r.old_certificate
                WHERE n.device <> r.device OR o.device <> r.device OR (n.id IS NOT NULL AND n.rotation IS DISTINCT FROM r.id)
                """
        ) { "rotation \($0) has certificates of another device, or of another rotation" },
        ContradictionSearch(
            kind: "rotation-state",
            sql: """
                SELECT d.name, CAST(r.id AS TEXT) \(ofRotation)
                WHERE (r.state IN ('issued', 'delivered', 'confirmed', 'completed') AND r.new_certificate IS NULL)
                  OR (r.state IN ('awaiting-csr', 'ready') AND r.new_certificate IS NOT NULL)
                  OR (r.state = 'confirmed' AND r.confirmed_at IS NULL) OR (r.open = 0 AND r.ended_at IS NULL)
                """
        ) { "rotation \($0) has not what its state says" },
    ]

    private static func reservations(_ name: String, _ dialect: Dialect) -> [ContradictionSearch] {
        [
            ContradictionSearch(
                kind: "reservation-certificate",
                sql: """
                    SELECT d.name, \(dialect.hex("v.serial")) FROM reservations v JOIN rotations r ON r.id = v.rotation
                    LEFT JOIN devices d ON d.id = r.device
                    LEFT JOIN certificates c ON c.rotation = v.rotation AND c.id = r.new_certificate
                    WHERE v.state = 'recorded' AND c.serial IS DISTINCT FROM v.serial
                    """
            ) { "serial number \($0) is recorded as given out, and no certificate of its rotation has it" },
            ContradictionSearch(
                kind: "reservation-missing",
                sql: """
                    SELECT d.name, \(name) \(ofCertificate) WHERE c.rotation IS NOT NULL
                      AND NOT EXISTS (SELECT 1 FROM reservations v WHERE v.rotation = c.rotation)
                    """
            ) { "certificate \($0) was issued, and no serial number was ever set aside for it" },
        ]
    }

    private static let manifests = [
        ContradictionSearch(
            kind: "manifest-rotation",
            sql: """
                SELECT d.name, CAST(m.sequence AS TEXT) FROM manifests m JOIN rotations r ON r.id = m.rotation
                LEFT JOIN devices d ON d.id = m.device
                WHERE r.device <> m.device OR (m.action = 'install' AND r.new_certificate IS NULL) OR m.sequence < 1
                  OR (m.action = 'install' AND m.sequence < coalesce(r.first_sequence, 0)) OR m.expires < 0
                """
        ) { "the record of manifest \($0) does not fit its rotation" }
    ]
}

// MARK: Revocations

extension ContradictionSearch {
    private static func revocations(_ name: String) -> [ContradictionSearch] {
        [
            ContradictionSearch(
                kind: "revocation-missing",
                sql: """
                    SELECT d.name, \(name) \(ofCertificate) WHERE c.status = 'REVOKED'
                      AND NOT EXISTS (SELECT 1 FROM revocations v WHERE v.certificate = c.id)
                    """
            ) { "certificate \($0) is REVOKED, and no record says since when and why" },
            ContradictionSearch(
                kind: "revocation-status",
                sql: """
                    SELECT d.name, \(name) || ' is ' || c.status FROM revocations v JOIN certificates c ON c.id = v.certificate
                    LEFT JOIN devices d ON d.id = c.device WHERE c.status <> 'REVOKED'
                    """
            ) { "certificate \($0), and was revoked: a revocation is for ever" },
            ContradictionSearch(
                kind: "revocation-issuer",
                sql: """
                    SELECT d.name, \(name) FROM revocations v JOIN certificates c ON c.id = v.certificate
                    LEFT JOIN devices d ON d.id = c.device WHERE v.issuer <> c.issuer
                    """
            ) { "the revocation of certificate \($0) stands under another issuer" },
            ContradictionSearch(
                kind: "revocation-key",
                sql: """
                    SELECT d.name, \(name) FROM revocations v JOIN certificates c ON c.id = v.certificate
                    LEFT JOIN devices d ON d.id = c.device
                    WHERE v.reason = 'keyCompromise' AND v.revocation_order IS NOT NULL
                      AND NOT EXISTS (SELECT 1 FROM refused_keys k WHERE k.key_identity = c.key_identity)
                    """
            ) { "certificate \($0) was revoked for keyCompromise, and its key is not refused" },
        ]
    }

    private static let lists = [
        ContradictionSearch(
            kind: "crl-record",
            sql: """
                SELECT NULL, name FROM crls WHERE number < 1 OR this_update > next_update
                  OR covers > (SELECT coalesce(max(id), 0) FROM revocations)
                """
        ) { "the record of CRL \($0) says what cannot be: its number, its dates or what it covers" }
    ]
}

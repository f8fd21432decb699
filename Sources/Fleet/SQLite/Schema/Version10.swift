/// What the tenth version adds: what a plan finds the devices by that it may have something to say of, without reading the others.
///
/// Certificates that are alike in all that policies judge but their dates have one class. All that is kept here follows from the other
/// tables, and only ever finds too much, never too little: what a device's row in a plan is, the device's own facts decide.
enum Version10 {
    static let classes = """
        CREATE TABLE certificate_classes (
          id INTEGER PRIMARY KEY,
          label_set INTEGER NOT NULL REFERENCES label_sets,  -- of the device, as is the account
          account INTEGER NOT NULL REFERENCES accounts,
          issuer INTEGER NOT NULL REFERENCES issuers,
          key_kind INTEGER NOT NULL REFERENCES key_kinds,
          signature_kind INTEGER NOT NULL REFERENCES signature_kinds,
          lifetime INTEGER NOT NULL,  -- seconds that none of them is valid for longer than
          UNIQUE (label_set, account, issuer, key_kind, signature_kind, lifetime)
        ) STRICT;
        ALTER TABLE certificates ADD COLUMN class INTEGER REFERENCES certificate_classes;
        INSERT INTO certificate_classes (label_set, account, issuer, key_kind, signature_kind, lifetime)
          SELECT DISTINCT d.label_set, d.account, c.issuer, c.key_kind, c.signature_kind, \(lifetime(of: "c"))
          FROM certificates c JOIN devices d ON d.id = c.device;
        UPDATE certificates SET class = (
          SELECT k.id FROM devices d JOIN certificate_classes k ON k.label_set = d.label_set AND k.account = d.account
          WHERE d.id = certificates.device AND k.issuer = certificates.issuer AND k.key_kind = certificates.key_kind
            AND k.signature_kind = certificates.signature_kind AND k.lifetime = \(lifetime(of: "certificates")));
        CREATE INDEX certificates_by_class ON certificates (class, status, not_after, device);

        -- Who stores a certificate says its class; these keep it true when the device or what is known of the key changes.
        CREATE TRIGGER classes_of_a_device AFTER UPDATE OF label_set, account ON devices
        BEGIN
          INSERT OR IGNORE INTO certificate_classes (label_set, account, issuer, key_kind, signature_kind, lifetime)
            SELECT new.label_set, new.account, c.issuer, c.key_kind, c.signature_kind, \(lifetime(of: "c"))
            FROM certificates c WHERE c.device = new.id;
          UPDATE certificates SET class = (
            SELECT k.id FROM certificate_classes k WHERE k.label_set = new.label_set AND k.account = new.account
              AND k.issuer = certificates.issuer AND k.key_kind = certificates.key_kind
              AND k.signature_kind = certificates.signature_kind AND k.lifetime = \(lifetime(of: "certificates")))
            WHERE device = new.id;
        END;
        CREATE TRIGGER class_of_a_key_judged_anew AFTER UPDATE OF key_kind ON certificates
        BEGIN
          INSERT OR IGNORE INTO certificate_classes (label_set, account, issuer, key_kind, signature_kind, lifetime)
            SELECT d.label_set, d.account, new.issuer, new.key_kind, new.signature_kind, \(lifetime(of: "new"))
            FROM devices d WHERE d.id = new.device;
          UPDATE certificates SET class = (
            SELECT k.id FROM devices d JOIN certificate_classes k ON k.label_set = d.label_set AND k.account = d.account
            WHERE d.id = new.device AND k.issuer = new.issuer AND k.key_kind = new.key_kind
              AND k.signature_kind = new.signature_kind AND k.lifetime = \(lifetime(of: "new")))
            WHERE id = new.id;
        END;
        """

    static let findings = """
        DROP INDEX certificates_of_device;
        CREATE INDEX certificates_of_device ON certificates (device, status);
        CREATE INDEX malformed_certificates ON certificates (device) WHERE malformed IS NOT NULL;

        -- Keys that certificates of several devices have, of any status: one that is shared stays so.
        DROP INDEX certificates_by_key_identity;
        CREATE INDEX certificates_by_key_identity ON certificates (key_identity, device);
        CREATE TABLE shared_keys (key_identity BLOB PRIMARY KEY CHECK (length(key_identity) = 32)) STRICT, WITHOUT ROWID;
        INSERT INTO shared_keys
          SELECT key_identity FROM certificates GROUP BY key_identity HAVING min(device) <> max(device);
        CREATE TRIGGER keys_of_several_devices AFTER INSERT ON certificates
          WHEN EXISTS (SELECT 1 FROM certificates WHERE key_identity = new.key_identity AND device < new.device)
            OR EXISTS (SELECT 1 FROM certificates WHERE key_identity = new.key_identity AND device > new.device)
        BEGIN
          INSERT OR IGNORE INTO shared_keys VALUES (new.key_identity);
        END;

        -- Devices with an older ACTIVE certificate beside the current one.
        CREATE TABLE devices_with_leftovers (device INTEGER PRIMARY KEY REFERENCES devices) STRICT;
        INSERT INTO devices_with_leftovers
          SELECT device FROM certificates WHERE status = 'ACTIVE' GROUP BY device HAVING count(*) > 1;
        -- ACTIVE certificates by the day on which they end, counted from 1970.
        CREATE TABLE active_ends (day INTEGER PRIMARY KEY, certificates INTEGER NOT NULL) STRICT;
        INSERT INTO active_ends
          SELECT \(DayNumber.sql(of: "not_after")), count(*) FROM certificates WHERE status = 'ACTIVE' GROUP BY 1;

        CREATE TRIGGER certificate_that_came_in_active AFTER INSERT ON certificates WHEN new.status = 'ACTIVE'
        BEGIN
          \(activated)
        END;
        CREATE TRIGGER certificate_that_was_activated AFTER UPDATE OF status ON certificates
          WHEN new.status = 'ACTIVE' AND old.status <> 'ACTIVE'
        BEGIN
          \(activated)
        END;
        CREATE TRIGGER certificate_that_is_active_no_more AFTER UPDATE OF status ON certificates
          WHEN old.status = 'ACTIVE' AND new.status <> 'ACTIVE'
        BEGIN
          UPDATE active_ends SET certificates = certificates - 1 WHERE day = \(DayNumber.sql(of: "old.not_after"));
          DELETE FROM devices_with_leftovers WHERE device = new.device
            AND (SELECT count(*) FROM certificates WHERE device = new.device AND status = 'ACTIVE') < 2;
        END;
        """

    private static let activated = """
        INSERT INTO active_ends VALUES (\(DayNumber.sql(of: "new.not_after")), 1)
            ON CONFLICT (day) DO UPDATE SET certificates = certificates + 1;
          INSERT OR IGNORE INTO devices_with_leftovers SELECT new.device
            WHERE (SELECT count(*) FROM certificates WHERE device = new.device AND status = 'ACTIVE') > 1;
        """

    /// For numbers that every run and every status tells.
    static let counts = """
        CREATE INDEX seen_devices ON devices (seen_at) WHERE seen_at IS NOT NULL;
        CREATE INDEX unverified_revoked ON certificates (id)
          WHERE status = 'REVOKED' AND authority IS NULL AND signed_by IS NOT 'authority';
        CREATE INDEX cancelled_rotations ON rotations (id) WHERE state = 'cancelled';
        """

    /// As ``CertificateLifetime/bound(of:)``.
    private static func lifetime(of table: String) -> String {
        let seconds = "max(\(table).not_after - \(table).not_before, 0)"
        let (hour, day) = (3600, 86_400)
        return "CASE WHEN \(seconds) <= \(10 * day) THEN \(rounded(seconds, to: hour))"
            + " WHEN \(seconds) <= \(100 * day) THEN \(rounded(seconds, to: day))"
            + " WHEN \(seconds) <= \(1000 * day) THEN \(rounded(seconds, to: 10 * day))"
            + " ELSE \(rounded(seconds, to: 100 * day)) END"
    }

    private static func rounded(_ seconds: String, to step: Int) -> String {
        "(\(seconds) + \(step - 1)) / \(step) * \(step)"
    }
}

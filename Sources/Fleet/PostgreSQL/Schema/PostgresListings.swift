/// What a plan finds devices by, and what keeps it true: see the tenth version of SQLite's schema.
enum PostgresListings {
    static let tables = """
        CREATE TABLE shared_keys (key_identity BYTEA PRIMARY KEY CHECK (length(key_identity) = 32));
        CREATE TABLE devices_with_leftovers (device BIGINT PRIMARY KEY REFERENCES devices);
        -- Counted when it is asked for: a row that thousands of one transaction count up has thousands of versions, each of which the next one
        -- reads.
        CREATE VIEW active_ends AS SELECT \(DayNumber.sql(of: "not_after")) AS day, count(*) AS certificates
          FROM certificates WHERE status = 'ACTIVE' GROUP BY 1;
        """

    static let triggers = """
        -- Seconds that no certificate of a class is valid for longer than.
        CREATE FUNCTION lifetime_bound(begins BIGINT, ends BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
          SELECT (seconds + step - 1) / step * step FROM (
            SELECT seconds, CASE WHEN seconds <= 864000 THEN 3600 WHEN seconds <= 8640000 THEN 86400
              WHEN seconds <= 86400000 THEN 864000 ELSE 8640000 END AS step
            FROM (SELECT greatest(ends - begins, 0) AS seconds) span) rounded
        $$;

        CREATE FUNCTION class_certificates(wanted BIGINT) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO certificate_classes (label_set, account, issuer, key_kind, signature_kind, lifetime)
            SELECT DISTINCT d.label_set, d.account, c.issuer, c.key_kind, c.signature_kind,
              lifetime_bound(c.not_before, c.not_after)
            FROM certificates c JOIN devices d ON d.id = c.device WHERE d.id = wanted ON CONFLICT DO NOTHING;
          UPDATE certificates c SET class = k.id FROM devices d, certificate_classes k
            WHERE c.device = wanted AND d.id = wanted AND k.label_set = d.label_set AND k.account = d.account
              AND k.issuer = c.issuer AND k.key_kind = c.key_kind AND k.signature_kind = c.signature_kind
              AND k.lifetime = lifetime_bound(c.not_before, c.not_after);
        END $$;
        CREATE FUNCTION class_device() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM class_certificates(new.id); RETURN NULL; END $$;
        CREATE TRIGGER classes_of_a_device AFTER UPDATE OF label_set, account ON devices
          FOR EACH ROW WHEN (new.label_set <> old.label_set OR new.account <> old.account)
          EXECUTE FUNCTION class_device();
        CREATE FUNCTION class_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM class_certificates(new.device); RETURN NULL; END $$;
        CREATE TRIGGER class_of_a_key_judged_anew AFTER UPDATE OF key_kind ON certificates
          FOR EACH ROW WHEN (new.key_kind <> old.key_kind) EXECUTE FUNCTION class_certificate();

        -- The status is the row's own, ACTIVE, and not written out: PostgreSQL would take the index of all ACTIVE certificates for a better one than the
        -- device's, as long as it has not seen how long that grew.
        CREATE FUNCTION note_activation() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT 1 FROM certificates WHERE device = new.device AND status = new.status AND id <> new.id) THEN
            INSERT INTO devices_with_leftovers VALUES (new.device) ON CONFLICT DO NOTHING;
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER certificate_that_came_in_active AFTER INSERT ON certificates
          FOR EACH ROW WHEN (new.status = 'ACTIVE') EXECUTE FUNCTION note_activation();
        CREATE TRIGGER certificate_that_was_activated AFTER UPDATE OF status ON certificates
          FOR EACH ROW WHEN (new.status = 'ACTIVE' AND old.status <> 'ACTIVE') EXECUTE FUNCTION note_activation();

        CREATE FUNCTION note_deactivation() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          DELETE FROM devices_with_leftovers WHERE device = new.device
            AND (SELECT count(*) FROM certificates WHERE device = new.device AND status = old.status) < 2;
          RETURN NULL;
        END $$;
        CREATE TRIGGER certificate_that_is_active_no_more AFTER UPDATE OF status ON certificates
          FOR EACH ROW WHEN (old.status = 'ACTIVE' AND new.status <> 'ACTIVE') EXECUTE FUNCTION note_deactivation();

        CREATE FUNCTION note_shared_key() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT 1 FROM certificates WHERE key_identity = new.key_identity AND device < new.device)
            OR EXISTS (SELECT 1 FROM certificates WHERE key_identity = new.key_identity AND device > new.device) THEN
            INSERT INTO shared_keys VALUES (new.key_identity) ON CONFLICT DO NOTHING;
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER keys_of_several_devices AFTER INSERT ON certificates
          FOR EACH ROW EXECUTE FUNCTION note_shared_key();
        """
}

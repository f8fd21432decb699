/// What the second version adds: the steps of a rotation, confirmations, revocations, CRLs.
///
/// A run in a step's column is the id of one in `runs`. It is no reference there: the verbs check once a transaction that
/// the run exists, and a million updates do not look it up again.
enum Version2 {
    static let revocations = """
        CREATE TABLE revocation_orders (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL UNIQUE,
          kind TEXT NOT NULL CHECK (kind IN ('policy', 'manual')),
          reason TEXT NOT NULL,  -- by RFC 5280's names
          mode TEXT NOT NULL CHECK (mode IN ('revoke-now', 'replace-then-revoke')),
          deadline_seconds INTEGER,  -- from recorded_at
          actor TEXT NOT NULL,
          note TEXT,
          recorded_at INTEGER NOT NULL,
          run TEXT REFERENCES runs,  -- NULL: recorded outside a run
          withdrawn_at INTEGER,
          withdrawn_by TEXT
        ) STRICT;

        -- The certificates that an order names one by one.
        CREATE TABLE revocation_seeds (
          revocation_order INTEGER NOT NULL REFERENCES revocation_orders,
          certificate INTEGER NOT NULL REFERENCES certificates,
          PRIMARY KEY (revocation_order, certificate)
        ) STRICT, WITHOUT ROWID;

        -- One row for every certificate row that is REVOKED, for ever. The id only ever grows: what is greater than what a
        -- CRL covers is new to it. The issuer stands here too, so that a CRL is not made by reading the fleet.
        CREATE TABLE revocations (
          id INTEGER PRIMARY KEY,
          certificate INTEGER NOT NULL UNIQUE REFERENCES certificates,
          issuer INTEGER NOT NULL REFERENCES issuers,
          revocation_order INTEGER REFERENCES revocation_orders,  -- NULL: it came in by import
          reach TEXT CHECK (reach IN ('matched', 'descendant', 'shared-key')),
          reason TEXT NOT NULL,  -- by RFC 5280's names
          revoked_at INTEGER NOT NULL,
          run TEXT REFERENCES runs
        ) STRICT;
        CREATE INDEX revocations_of_issuer ON revocations (issuer);
        CREATE TRIGGER revocations_are_for_ever BEFORE DELETE ON revocations
          BEGIN SELECT raise(ABORT, 'a revocation is for ever'); END;
        INSERT INTO revocations (certificate, issuer, reason, revoked_at)
          SELECT id, issuer, 'unspecified', status_at FROM certificates WHERE status = 'REVOKED' ORDER BY status_at, id;

        -- Keys that are certified for nobody any more. One that two orders name has two rows.
        CREATE TABLE refused_keys (
          key_fingerprint BLOB NOT NULL CHECK (length(key_fingerprint) = 32),
          revocation_order INTEGER NOT NULL REFERENCES revocation_orders,
          refused_at INTEGER NOT NULL,
          PRIMARY KEY (key_fingerprint, revocation_order)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX refused_keys_of_order ON refused_keys (revocation_order);

        CREATE TABLE crls (
          name TEXT PRIMARY KEY,  -- the file's
          authority TEXT NOT NULL,
          number INTEGER NOT NULL,  -- RFC 5280, 5.2.3; only ever grows
          this_update INTEGER NOT NULL,
          previous_update INTEGER,  -- of the last one that was published before
          next_update INTEGER NOT NULL,
          covers INTEGER NOT NULL,  -- the greatest id of revocations that it took account of
          published INTEGER NOT NULL CHECK (published IN (0, 1))
        ) STRICT, WITHOUT ROWID;
        """

    static let certificates = """
        ALTER TABLE certificates ADD COLUMN confirmed_at INTEGER;  -- when its device proved that it holds the key
        ALTER TABLE certificates ADD COLUMN replaced_at INTEGER;   -- when the replacement of it was confirmed
        """

    /// Of rotations that are under way when the version comes, what the records tell of their steps is filled in: nobody is to
    /// wait for ever because the time since when is not known.
    static let rotations = """
        ALTER TABLE rotations ADD COLUMN asked_at INTEGER;  -- the first time that a CSR was asked for
        ALTER TABLE rotations ADD COLUMN asked_run TEXT;
        ALTER TABLE rotations ADD COLUMN issued_at INTEGER;
        ALTER TABLE rotations ADD COLUMN issued_run TEXT;
        ALTER TABLE rotations ADD COLUMN delivered_at INTEGER;
        ALTER TABLE rotations ADD COLUMN delivered_run TEXT;
        ALTER TABLE rotations ADD COLUMN confirmed_at INTEGER;
        ALTER TABLE rotations ADD COLUMN confirmed_run TEXT;
        ALTER TABLE rotations ADD COLUMN ended_at INTEGER;
        ALTER TABLE rotations ADD COLUMN ended_run TEXT;
        ALTER TABLE rotations ADD COLUMN first_sequence INTEGER;  -- of the first manifest that carried the replacement
        ALTER TABLE rotations ADD COLUMN revocation INTEGER REFERENCES revocation_orders;  -- the order that caused it
        ALTER TABLE rotations ADD COLUMN confirmation BLOB;  -- SHA-256 of the acknowledgement
        UPDATE rotations SET asked_at = changed_at, asked_run = CASE WHEN opened_at = changed_at THEN run END
          WHERE state = 'awaiting-csr';
        UPDATE rotations SET
          issued_at = (SELECT added_at FROM certificates WHERE id = new_certificate),
          issued_run = (SELECT v.run FROM reservations v WHERE v.rotation = rotations.id AND v.state <> 'abandoned'),
          first_sequence = (SELECT m.sequence FROM manifests m
            WHERE m.device = rotations.device AND m.rotation = rotations.id AND m.action = 'install')
          WHERE new_certificate IS NOT NULL;
        UPDATE rotations SET delivered_at = changed_at WHERE state = 'delivered';
        UPDATE rotations SET ended_at = changed_at WHERE open = 0;

        -- A manifest that says that there is nothing to do is not written anew: a search for those that expire passes it over.
        DROP INDEX manifests_by_expiry;
        CREATE INDEX standing_manifests_by_expiry ON manifests (expires) WHERE action <> 'none';
        """
}

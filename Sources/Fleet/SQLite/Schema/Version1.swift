/// The tables of the first version.
///
/// Texts that repeat across a fleet are interned: a certificate's row is small, and what policy decides about a text it
/// decides once. Times are seconds since 1970 in UTC. States and statuses are text, so that an auditor with nothing but
/// `sqlite3` can read them.
enum Version1 {
    static let vocabulary = """
        CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE label_sets (id INTEGER PRIMARY KEY, labels TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE issuers (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE key_kinds (
          id INTEGER PRIMARY KEY,
          algorithm TEXT NOT NULL,
          weakness TEXT NOT NULL,  -- why such a key is known weak; empty when it is not
          UNIQUE (algorithm, weakness)
        ) STRICT;
        CREATE TABLE signature_kinds (
          id INTEGER PRIMARY KEY,
          algorithm TEXT NOT NULL,
          is_weak INTEGER NOT NULL CHECK (is_weak IN (0, 1)),
          UNIQUE (algorithm, is_weak)
        ) STRICT;
        """

    static let fleet = """
        CREATE TABLE devices (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL UNIQUE,
          account INTEGER NOT NULL REFERENCES accounts,
          label_set INTEGER NOT NULL REFERENCES label_sets,
          refused TEXT,  -- why the last CSR was not taken
          added_at INTEGER NOT NULL,
          changed_at INTEGER NOT NULL
        ) STRICT;

        -- One row a claim: a certificate that two devices present has two rows, of equal status.
        CREATE TABLE certificates (
          id INTEGER PRIMARY KEY,
          device INTEGER NOT NULL REFERENCES devices,
          fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
          status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'INACTIVE', 'REVOKED', 'PENDING_TRANSFER',
            'REGISTER_INACTIVE', 'PENDING_ACTIVATION')),
          serial BLOB NOT NULL,
          issuer INTEGER NOT NULL REFERENCES issuers,
          subject TEXT NOT NULL,
          not_before INTEGER NOT NULL,
          not_after INTEGER NOT NULL,
          key_kind INTEGER NOT NULL REFERENCES key_kinds,
          key_fingerprint BLOB NOT NULL CHECK (length(key_fingerprint) = 32),
          signature_kind INTEGER NOT NULL REFERENCES signature_kinds,
          parent INTEGER REFERENCES certificates,  -- the certificate that this one renews
          rotation INTEGER REFERENCES rotations,   -- NULL: imported
          authority TEXT,                          -- by its name in rotation.yaml; NULL: imported
          added_at INTEGER NOT NULL,
          status_at INTEGER NOT NULL,
          UNIQUE (fingerprint, device)
        ) STRICT;
        CREATE INDEX certificates_of_device ON certificates (device);
        CREATE INDEX certificates_by_key ON certificates (key_fingerprint);
        CREATE INDEX active_by_expiry ON certificates (not_after) WHERE status = 'ACTIVE';

        -- Apart from the rest, so that a scan of the fleet does not read it.
        CREATE TABLE certificate_bodies (certificate INTEGER PRIMARY KEY REFERENCES certificates, der BLOB NOT NULL) STRICT;
        """

    static let rotations = """
        CREATE TABLE rotations (
          id INTEGER PRIMARY KEY,
          device INTEGER NOT NULL REFERENCES devices,
          old_certificate INTEGER NOT NULL REFERENCES certificates,
          new_certificate INTEGER REFERENCES certificates,
          state TEXT NOT NULL CHECK (state IN ('awaiting-csr', 'ready', 'issued', 'delivered', 'confirmed', 'completed',
            'cancelled')),
          open INTEGER NOT NULL CHECK (open = (state NOT IN ('completed', 'cancelled'))),
          reason_code TEXT NOT NULL,
          reason_text TEXT NOT NULL,
          policy_name TEXT NOT NULL,
          policy_file TEXT NOT NULL,
          policy_line INTEGER NOT NULL,
          run TEXT NOT NULL REFERENCES runs,
          opened_at INTEGER NOT NULL,
          changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX one_open_rotation_a_device ON rotations (device) WHERE open = 1;
        CREATE INDEX rotations_of_device ON rotations (device);

        -- Certificate signing requests that were taken and not yet answered, one a device.
        CREATE TABLE requests (
          device INTEGER PRIMARY KEY REFERENCES devices,
          spki BLOB NOT NULL,
          key_fingerprint BLOB NOT NULL CHECK (length(key_fingerprint) = 32),
          algorithm TEXT NOT NULL,
          run TEXT NOT NULL REFERENCES runs,
          received_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX requests_by_key ON requests (key_fingerprint);

        -- Serial numbers, written before anything is signed and kept for ever.
        CREATE TABLE reservations (
          id INTEGER PRIMARY KEY,
          serial BLOB NOT NULL UNIQUE,
          rotation INTEGER NOT NULL REFERENCES rotations,
          state TEXT NOT NULL CHECK (state IN ('reserved', 'recorded', 'abandoned')),
          batch TEXT NOT NULL,
          run TEXT NOT NULL REFERENCES runs,
          profile TEXT NOT NULL,
          authority TEXT NOT NULL,
          reserved_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX one_live_reservation_a_rotation ON reservations (rotation) WHERE state <> 'abandoned';
        CREATE INDEX unrecorded_reservations ON reservations (run) WHERE state = 'reserved';

        -- What each device is to pick up now: one row a device, which only a later one replaces. Rows are appended, so that
        -- a batch writes neighbouring pages.
        CREATE TABLE manifests (
          id INTEGER PRIMARY KEY,
          device INTEGER NOT NULL UNIQUE REFERENCES devices,
          sequence INTEGER NOT NULL,  -- only ever grows
          action TEXT NOT NULL CHECK (action IN ('install', 'rekey', 'none')),
          rotation INTEGER NOT NULL REFERENCES rotations,
          reason_code TEXT NOT NULL,
          reason_text TEXT NOT NULL,
          run TEXT NOT NULL REFERENCES runs,
          issued INTEGER NOT NULL,
          expires INTEGER NOT NULL,
          request_keys TEXT NOT NULL,  -- a JSON array
          request_subject TEXT,
          refused TEXT,
          published INTEGER NOT NULL CHECK (published IN (0, 1))
        ) STRICT;
        CREATE INDEX unpublished_manifests ON manifests (id) WHERE published = 0;
        CREATE INDEX manifests_by_expiry ON manifests (expires);
        """

    static let records = """
        CREATE TABLE runs (
          id TEXT PRIMARY KEY,
          started_at INTEGER NOT NULL,
          now INTEGER NOT NULL,  -- the time that the run decided for
          actor TEXT NOT NULL,
          host TEXT NOT NULL,
          pid INTEGER NOT NULL,
          ended_at INTEGER,
          outcome TEXT,
          counts TEXT            -- a JSON object
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX runs_by_start ON runs (started_at);
        CREATE INDEX unfinished_runs ON runs (id) WHERE ended_at IS NULL;

        CREATE TABLE audit (
          id INTEGER PRIMARY KEY,
          at INTEGER NOT NULL,
          run TEXT,
          actor TEXT NOT NULL,
          action TEXT NOT NULL,
          device TEXT,           -- by name: entries outlive what they speak of
          detail TEXT NOT NULL,  -- a JSON object
          hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        CREATE INDEX audit_of_device ON audit (device) WHERE device IS NOT NULL;
        CREATE TABLE audit_head (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          entry INTEGER NOT NULL,
          hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        INSERT INTO audit_head VALUES (1, 0, zeroblob(32));
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
        CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
        """
}

/// What the eighth version adds: CSRs that came through the gate, and when each device was last seen there.
enum Version8 {
    /// The table is made anew: a column's check cannot be changed.
    static let requests = """
        CREATE TABLE requests_of_version_8 (
          device INTEGER PRIMARY KEY REFERENCES devices,
          spki BLOB NOT NULL,
          key_fingerprint BLOB NOT NULL CHECK (length(key_fingerprint) = 32),
          algorithm TEXT NOT NULL,
          run TEXT NOT NULL REFERENCES runs,
          received_at INTEGER NOT NULL,
          csr BLOB,  -- DER; NULL: taken before the fourth version
          key_identity BLOB CHECK (length(key_identity) = 32),
          proof TEXT NOT NULL DEFAULT 'none' CHECK (proof IN ('none', 'signature', 'session'))  -- that it comes from the device
        ) STRICT;
        INSERT INTO requests_of_version_8
          SELECT device, spki, key_fingerprint, algorithm, run, received_at, csr, key_identity, proof FROM requests;
        DROP TABLE requests;
        ALTER TABLE requests_of_version_8 RENAME TO requests;
        CREATE INDEX requests_by_key_identity ON requests (key_identity);
        """

    static let gate = """
        ALTER TABLE devices ADD COLUMN seen_at INTEGER;  -- when it last spoke to the gate; NULL: never

        -- What was taken in and may lie in the gate's spool still, where the run died before it removed it.
        CREATE TABLE taken_submissions (
          name TEXT PRIMARY KEY,
          run TEXT NOT NULL REFERENCES runs,
          taken_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}

/// What the seventh version adds: whether a CSR was proved to come from its device, CSRs of which nobody knows which is the device's,
/// and keys that are burnt.
enum Version7 {
    static let requests = """
        ALTER TABLE requests ADD COLUMN proof TEXT NOT NULL DEFAULT 'none'
          CHECK (proof IN ('none', 'signature'));  -- that it comes from the device

        -- The time that the last signed request says which was taken.
        ALTER TABLE devices ADD COLUMN request_time INTEGER;

        -- CSRs with different keys, none of them signed: nothing is issued for any before the device signs one.
        CREATE TABLE conflicting_requests (
          device INTEGER NOT NULL REFERENCES devices,
          key_identity BLOB NOT NULL CHECK (length(key_identity) = 32),
          key_fingerprint BLOB NOT NULL CHECK (length(key_fingerprint) = 32),
          spki BLOB NOT NULL,
          algorithm TEXT NOT NULL,
          csr BLOB,  -- DER
          run TEXT NOT NULL REFERENCES runs,
          received_at INTEGER NOT NULL,
          PRIMARY KEY (device, key_identity)
        ) STRICT;

        -- Keys whose private half was in a file of the inbox.
        CREATE TABLE exposed_keys (
          key_identity BLOB NOT NULL CHECK (length(key_identity) = 32),
          device INTEGER REFERENCES devices,  -- for whom it is refused; NULL: for everybody
          run TEXT NOT NULL REFERENCES runs,
          exposed_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX exposed_keys_by_key ON exposed_keys (key_identity);
        """
}

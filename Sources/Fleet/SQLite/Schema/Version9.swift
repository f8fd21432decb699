/// What the ninth version adds: what is known from the delivery tree alone, after an older inventory was restored.
enum Version9 {
    static let recovery = """
        -- The greatest sequence that was published to a device and that no record of this inventory knows; by name: the device may be imported later.
        CREATE TABLE recovered_sequences (device TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        -- Entries of published CRLs whose certificate the inventory does not have: they stay on the CRLs. As no certificate outlives its
        -- authority, that is until when.
        CREATE TABLE recovered_revocations (
          issuer INTEGER NOT NULL REFERENCES issuers,
          serial BLOB NOT NULL,
          reason TEXT NOT NULL,  -- by RFC 5280's names
          revoked_at INTEGER NOT NULL,
          not_after INTEGER NOT NULL,
          run TEXT NOT NULL REFERENCES runs,
          PRIMARY KEY (issuer, serial)
        ) STRICT, WITHOUT ROWID;

        -- Each time that an older inventory was brought forward. What the audit was after `entry` before it is lost.
        CREATE TABLE recoveries (
          run TEXT PRIMARY KEY REFERENCES runs,
          entry INTEGER NOT NULL,       -- the audit's last one that was restored
          lost_entry INTEGER,           -- the last one that was published; NULL: not known
          recovered_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}

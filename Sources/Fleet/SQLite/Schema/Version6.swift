/// What the sixth version adds: who signed what was imported, what is malformed in it, and revocations that wait for a run.
enum Version6 {
    static let imports = """
        -- Of an imported certificate: 'authority' (a key of an authority of its issuer's name verifies it), 'self', 'foreign' or
        -- 'forged'; NULL: nobody looked yet, or this job issued it.
        ALTER TABLE certificates ADD COLUMN signed_by TEXT CHECK (signed_by IN ('authority', 'self', 'foreign', 'forged'));
        ALTER TABLE certificates ADD COLUMN malformed TEXT;  -- what is not as RFC 5280 wants it; NULL: nothing

        -- An import brought it, and no run has carried it out yet: 1 where the certificate was known with another status, 2 where it came in
        -- as REVOKED. What a CRL may have listed already is carried out.
        ALTER TABLE revocations ADD COLUMN pending INTEGER NOT NULL DEFAULT 0 CHECK (pending IN (0, 1, 2));
        UPDATE revocations SET pending = 2
          WHERE revocation_order IS NULL AND run IS NULL AND id > (SELECT coalesce(max(covers), 0) FROM crls);
        CREATE INDEX pending_revocations ON revocations (id) WHERE pending > 0;
        """
}

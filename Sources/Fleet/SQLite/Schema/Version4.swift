/// What the fourth version adds: the CSRs themselves, because external issuers may want to see them.
enum Version4 {
    static let requests = """
        ALTER TABLE requests ADD COLUMN csr BLOB;  -- DER; NULL: taken before this version
        """
}

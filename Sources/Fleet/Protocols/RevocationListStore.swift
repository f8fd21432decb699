import RotationModel

/// What the authorities' CRLs say, and up to where.
package protocol RevocationListStore {
    /// What is known of the CRL that is published under a name; nil where none was ever begun.
    func crlState(_ name: String) throws(RotationError) -> CRLState?

    /// All CRLs that were ever begun for an authority, by name.
    func crlStates(ofAuthority name: String) throws(RotationError) -> [CRLState]

    /// Sets a CRL number aside and records what the CRL under it will say, before it is signed. The number is spent, whether
    /// the CRL is published or not.
    ///
    /// - Parameters:
    ///   - name: The file's name.
    ///   - covers: The greatest ``RevokedCertificate/id`` that it takes account of.
    ///   - numberAtLeast: The number is this or the one after the last, whichever is greater: for who knows that devices have
    ///     seen higher ones than the inventory.
    /// - Throws: ``RotationError/Code/inventory`` where numbers run out, at 2^63.
    func beginCRL(
        name: String, authority: String, thisUpdate: Timestamp, nextUpdate: Timestamp, covers: Int64,
        numberAtLeast: UInt64, run: RunID, at: Timestamp
    ) throws(RotationError) -> CRLState

    /// Records that a CRL lies where it is fetched. One that a later one has replaced is passed over.
    func markCRLPublished(_ name: String, number: UInt64) throws(RotationError)

    /// The greatest ``RevokedCertificate/id`` among the certificates of some issuers; 0 where none is revoked. Revocations that an
    /// import brought and that wait for a run do not count.
    ///
    /// - Parameter issuers: Names, as RFC 4514 writes them.
    func lastRevocation(issuers: [String]) throws(RotationError) -> Int64

    /// Hands over the revoked certificates of some issuers, issuer by issuer in the order in which they were revoked. One that
    /// several devices present comes once for each. Revocations that wait for a run are left out, and so are certificates that bear
    /// an authority's name and are not its own.
    ///
    /// - Parameters:
    ///   - issuers: Names, as RFC 4514 writes them.
    ///   - id: Those with a greater ``RevokedCertificate/id`` alone.
    func forEachRevoked(issuers: [String], after id: Int64, _ body: (RevokedCertificate) throws -> Void) throws
}

import RotationModel

/// Which revocations are in force.
package protocol RevocationsView {
    /// How many revocations wait for a run, of whatever issuer.
    var pendingRevocationCount: Int { get throws(RotationError) }

    /// Hands over the imported certificates of some issuers that are REVOKED and of which the question is open: those whose revocation
    /// waits for a run, and those that no authority's key was seen to verify. One a claim.
    ///
    /// - Parameter issuers: Names, as RFC 4514 writes them.
    func forEachImportedRevocation(issuers: [String], _ body: (ImportedRevocation) throws -> Void) throws

    /// The fingerprints of certificates whose revocation waits for a run, in the order in which they came in.
    func pendingRevocations() throws(RotationError) -> [Fingerprint]

    /// The revocation orders that are in force, in the order in which they were recorded.
    func revocationOrders() throws(RotationError) -> [RevocationOrder]

    /// The revocation order of a name, in force or withdrawn.
    func revocationOrder(named name: String) throws(RotationError) -> RevocationOrder?
}

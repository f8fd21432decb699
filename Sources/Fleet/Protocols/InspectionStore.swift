import RotationModel

/// What is looked at to find damage. Each verb reads what is there, however wrong, as it stands at the call; nothing writes.
package protocol InspectionStore {
    /// What the engine itself finds wrong with what it keeps, and references that lead nowhere; a sentence each.
    ///
    /// - Parameter limit: How many at most.
    func storageFaults(limit: Int) throws(RotationError) -> [String]

    /// Hands over facts that cannot hold together. Each kind is one pass over what it is about.
    func forEachContradiction(_ body: (Contradiction) throws -> Void) throws

    /// Claims to certificates of any status in the order in which they came in.
    ///
    /// - Parameters:
    ///   - row: Those after this one; 0 for all.
    ///   - limit: How many at most.
    func storedCertificates(after row: Int64, limit: Int) throws(RotationError) -> [StoredCertificate]

    /// CSRs that wait, by their devices' rows.
    func storedRequests(after deviceRow: Int64, limit: Int) throws(RotationError) -> [StoredRequest]

    /// The manifests of all devices, in the order in which they were recorded.
    func storedManifests(after row: Int64, limit: Int) throws(RotationError) -> [StoredManifest]

    /// Which of the devices the registry has, and whether a manifest was ever recorded for each, or brought forward from
    /// the tree.
    func hasManifest(_ devices: [DeviceID]) throws(RotationError) -> [DeviceID: Bool]

    /// How many claims, CSRs and manifests there are: how long a look at all of them takes.
    func storedCounts() throws(RotationError) -> (certificates: Int, requests: Int, manifests: Int)

    /// All CRLs that were ever begun.
    func crlStates() throws(RotationError) -> [CRLState]
}

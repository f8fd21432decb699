import RotationModel

/// What devices handed in.
package protocol IntakeStore {
    /// Records that devices proved that they hold the keys of their new certificates, which become `ACTIVE`; and that other
    /// confirmations were not taken.
    ///
    /// Why one was refused goes into the device's manifest where a replacement waits for its confirmation: the manifest
    /// counts as expired, so that refreshing writes it anew.
    ///
    /// - Returns: Those orders, by their places, that were not confirmed: their rotation has ended or was confirmed meanwhile,
    ///   or their certificate may no longer be used.
    @discardableResult
    func confirm(_ orders: [ConfirmationOrder], refused: [RefusedFile], run: RunID, at: Timestamp)
        throws(RotationError) -> [Int]

    /// Records that devices spoke to the gate. A time before the one that is recorded changes nothing.
    func recordSeen(_ devices: [SeenDevice]) throws(RotationError)

    /// Forgets which submissions were taken in (``DevicesView/isTaken(submission:)``) but for those that still lie in the spool: no name
    /// comes twice.
    func forgetSubmissions(except names: Set<String>) throws(RotationError)

    /// Records files of the inbox that were taken and could not be removed: they are not taken a second time
    /// (``DevicesView/filesLeftBehind()``).
    ///
    /// - Parameter marks: each the mark of a file, which has a slash in it.
    func recordLeftBehind(_ marks: [String], run: RunID, at: Timestamp) throws(RotationError)

    /// Forgets such files, and refused ones (``RefusedFile/mark``), that are gone.
    ///
    /// - Parameter isGone: called for each mark, outside of any transaction.
    func forgetLeftBehind(where isGone: (_ mark: String) -> Bool) throws(RotationError)

    /// How many CSRs wait for a certificate.
    func waitingRequestCount() throws(RotationError) -> Int

    /// Forgets the CSRs that a certificate answered. Once a run, since deleting them batch by batch would write the same
    /// pages again and again; until then they do no harm: a rotation that has its certificate is not issued again.
    ///
    /// A CSR that came in later, for another key, waits on.
    func forgetAnsweredRequests() throws(RotationError)

    /// CSRs that were taken before a time and still wait, by device.
    func requests(receivedBefore: Timestamp) throws(RotationError) -> [StaleRequest]

    /// Forgets devices' conflicting CSRs, the last of which was taken before a time.
    func forgetConflicts(olderThan time: Timestamp) throws(RotationError)

    /// Records what came of the inbox. A device's new CSR replaces the one that waited; why one was refused is kept until a later
    /// one is taken.
    ///
    /// - Returns: Those that could not be taken after all, because another device has the key by now. They are recorded
    ///   as refused.
    @discardableResult
    func take(_ intake: RequestIntake, run: RunID, at: Timestamp) throws(RotationError) -> [RequestConflict]

    /// As ``take(_:run:at:)``, of what is found out within the same transaction: nothing comes between a check and its record.
    ///
    /// - Parameter check: says what is to be recorded, and what the caller wants to know beside it.
    func take<T>(run: RunID, at: Timestamp, _ check: (any FleetView) throws -> (RequestIntake, T))
        throws(RotationError) -> (T, [RequestConflict])
}

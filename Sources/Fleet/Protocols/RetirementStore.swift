import RotationModel

/// The end of rotations and of old certificates.
package protocol RetirementStore {
    /// Ends confirmed rotations: the old certificate becomes `INACTIVE`, and a manifest tells the device that there is nothing
    /// to do.
    ///
    /// A certificate that other devices present too stays `ACTIVE` until each of them has a confirmed one of its own; the
    /// rotation ends all the same, and the certificate goes with the order of the last of those devices, or with one that
    /// names no rotation. Where the old certificate is no longer `ACTIVE`, the rotation just ends. Where the new one is no
    /// longer `ACTIVE`, the rotation is cancelled and the old certificate stays: it is the one that the device has.
    ///
    /// - Returns: The manifests, not yet published, in the order given; none for an order whose rotation is not confirmed any
    ///   more or that names none.
    func complete(_ orders: [CompletionOrder], run: RunID, at: Timestamp) throws(RotationError) -> [ManifestRecord]

    /// Confirmed rotations of which one certificate is no longer `ACTIVE`: ``complete(_:run:at:)`` ends each of them now.
    ///
    /// - Parameter limit: How many at most; call again after they were completed for the rest.
    func settledRotations(limit: Int) throws(RotationError) -> [SettledRotation]

    /// Makes certificates `INACTIVE` that are `ACTIVE` and no longer needed.
    ///
    /// One that another device presents too is passed over: it may be all that the other device has.
    ///
    /// - Returns: How many were retired.
    @discardableResult
    func retire(_ orders: [RetireOrder], run: RunID, at: Timestamp) throws(RotationError) -> Int
}

import RotationModel

/// The registry: an engine is what answers all of this, and passes the engine contract (`Tests/FleetTests`).
///
/// Each verb that writes is one transaction: what it says is committed, durably, when it returns, or nothing of it is (an import commits some
/// thousand rows at a time). Reads see what was committed when they began, and may run beside a write of this process or another. What a verb
/// takes as a closure is called inside its transaction: it may read from the store, and must not write to it.
///
/// Errors are ``RotationError/Code/inventory`` where the inventory is not what it should be, ``RotationError/Code/permission`` and
/// ``RotationError/Code/io`` where it cannot be reached; a closure's own errors pass through.
package protocol FleetStore: IntakeStore, IssuanceStore, RetirementStore, RevocationStore, RevocationListStore,
    RunStore, AuditStore,
    CatalogueStore, TransferStore, InspectionStore, RepairStore,
    RecoveryStore, BackupStore, Sendable
{
    /// Lets the body read the fleet as it stands now, however long it takes and whatever is written meanwhile.
    ///
    /// - Throws: What the body throws, and ``RotationError`` where the inventory fails.
    func planningSnapshot<R>(_ body: (any FleetView) throws -> R) throws -> R

    /// Whether another inventory stands in this one's place by now, or none: what is read here is no longer what the job writes. Costs one
    /// look at the file's name.
    var isReplaced: Bool { get }
}

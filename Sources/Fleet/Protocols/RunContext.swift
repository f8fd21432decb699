import RotationModel

/// What every stage of a run works with: the registry that it writes, in whose name and as of when, and who watches.
package struct RunContext: Sendable {
    package let inventory: any FleetStore
    package let id: RunID
    /// By the wall clock.
    package let startedAt: Timestamp
    /// The one `now` of the run.
    package let at: Timestamp
    package let observer: any RunObserver
    package let stop: StopRequest

    package init(
        _ inventory: any FleetStore, _ record: RunRecord, observer: any RunObserver, stop: StopRequest = .never
    ) {
        (self.inventory, self.observer, self.stop) = (inventory, observer, stop)
        (id, startedAt, at) = (record.id, record.startedAt, record.now)
    }
}

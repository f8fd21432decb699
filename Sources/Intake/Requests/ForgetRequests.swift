import Delivery
import Fleet
import Planning
import RotationModel

/// The part of a run that lets CSRs go which waited too long: whoever plants one in a device's name must not have it answered months later.
package struct ForgetRequests {
    let source: InboxFolder
    let inventory: any FleetStore
    /// How long one is kept, from when it was taken.
    let keep: TimeSpan
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    package init(
        source: InboxFolder, inventory: any FleetStore, keep: TimeSpan, run: String, at: Timestamp,
        observer: any RunObserver
    ) {
        self.source = source
        self.inventory = inventory
        self.keep = keep
        self.run = run
        self.at = at
        self.observer = observer
    }

    /// - Parameter plan: what was decided: a CSR whose device is due stays, though it is held or blocked.
    package func perform(_ plan: RotationPlan, _ summary: inout IntakeSummary) throws {
        let due = Set(plan.decisions.filter { ForgetRequests.isDue($0.action) }.map(\.deviceRow))
        let refusal = RequestRefusal(
            .notDue,
            "the device was not due for \(keep.approximate) after it was handed in; it will be asked when it is")
        let stale = try inventory.requests(receivedBefore: at - keep).filter { !due.contains($0.deviceRow) }
        let intake = RequestIntake(
            withdrawn: stale.map {
                WithdrawnRequest(
                    deviceRow: $0.deviceRow, device: $0.device, keyIdentity: $0.keyIdentity, proof: $0.proof,
                    reason: refusal.description)
            })
        try inventory.take(intake, run: run, at: at)
        try inventory.forgetConflicts(olderThan: at - keep)
        let clearing = InboxClearing(source: source, run: run, at: at, observer: observer)
        clearing.explain(
            stale.map {
                clearing.rejection(
                    of: Inbox.requestFile(of: $0.device, isSigned: $0.proof.isProof), device: $0.device, refusal)
            },
            &summary)
    }

    private static func isDue(_ action: Action) -> Bool {
        switch action {
        case .issue, .requestCSR, .hold, .blocked: true
        case .revoke, .retire, .report, .uncovered: false
        }
    }
}

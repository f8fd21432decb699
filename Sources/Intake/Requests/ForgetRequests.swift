import Delivery
import Fleet
import Planning
import RotationModel

/// The part of a run that lets CSRs go which waited too long: whoever plants one in a device's name must not have it answered months later.
package struct ForgetRequests {
    let source: InboxFolder
    /// How long one is kept, from when it was taken.
    let keep: TimeSpan
    let run: RunContext

    package init(_ run: RunContext, source: InboxFolder, keep: TimeSpan) {
        self.run = run
        self.source = source
        self.keep = keep
    }

    /// - Parameter plan: what was decided: a CSR whose device is due stays, though it is held or blocked.
    package func perform(_ plan: RotationPlan, _ summary: inout IntakeSummary) throws {
        let due = Set(plan.decisions.filter { ForgetRequests.isDue($0.action) }.map(\.subject.deviceRow))
        let refusal = RequestRefusal(
            .notDue,
            "the device was not due for \(keep.approximate) after it was handed in; it will be asked when it is")
        let stale = try run.inventory.requests(receivedBefore: run.at - keep).filter { !due.contains($0.deviceRow) }
        let intake = RequestIntake(
            withdrawn: stale.map {
                WithdrawnRequest(
                    deviceRow: $0.deviceRow, device: $0.device, keyIdentity: $0.keyIdentity, proof: $0.proof,
                    reason: refusal.description)
            })
        try run.inventory.take(intake, run: run.id, at: run.at)
        try run.inventory.forgetConflicts(olderThan: run.at - keep)
        let clearing = InboxClearing(run, source: source)
        clearing.explain(
            stale.map {
                clearing.rejection(
                    of: Inbox.requestFile(of: $0.device, isSigned: $0.proof == .signature), device: $0.device, refusal)
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

import Basics
import Delivery
import Fleet
import Intake
import Planning
import RotationModel
import System

/// Writes down that a run began, and how it ended.
struct RunRecorder {
    let inventory: any FleetStore
    /// Whose high-water mark covers the record in the end.
    let tree: DeliveryTree
    /// The one `now` of the run.
    let at: Timestamp
    let occasion: RunOccasion
    let actor: String
    /// For the wall-clock times of the record.
    let clock: any WallClock
    let observer: any RunObserver
    let reports: ReportsFolder
    let stop: StopRequest

    func keep(_ body: (RunContext) async throws -> RunOutcome) async throws -> RunOutcome {
        var outcome = try await keep(ending: { ($0.ending.rawValue, $0.counts) }, body)
        outcome.value.audit = outcome.anchor
        return outcome.value
    }

    /// - Parameter ending: How what was done is recorded: the run's outcome, and how many of what.
    func keep<Value>(
        ending: (Value) -> (outcome: String, counts: [String: Int]), _ body: (RunContext) async throws -> Value
    ) async throws -> (value: Value, anchor: AuditAnchor) {
        let startedAt = clock.now()
        let run = RunRecord(
            id: RunID(RunRecorder.identifier(startedAt)), startedAt: startedAt, now: at, actor: actor,
            host: LocalHost.name, pid: LocalHost.processID)
        let claim = try inventory.claimRuns()
        defer { withExtendedLifetime(claim) {} }
        let before = try inventory.auditAnchor().entries
        try begin(run)
        do {
            let value = try await body(RunContext(inventory, run, observer: observer, stop: stop))
            let (outcome, counts) = ending(value)
            try inventory.endRun(run.id, outcome: outcome, counts: counts, at: clock.now())
            // It is told of by what its command prints.
            if case .mending = occasion { reports.settle(run.id) }
            return (value, try noteAnchor(after: before))
        } catch {
            // The error matters more than whether its record could be written: a full disk refuses both.
            try? inventory.endRun(run.id, outcome: RunRecord.failed, counts: [:], at: clock.now())
            _ = try? noteAnchor(after: before)
            reports.settle(run.id)
            throw error
        }
    }

    /// Nothing is done before it is certain that the run can be recorded and reported.
    private func begin(_ run: RunRecord) throws {
        try reports.expect(run.id)
        do {
            try inventory.beginRun(run, for: occasion, unless: \.isAtWork)
        } catch {
            reports.settle(run.id)
            throw error
        }
    }

    /// Says the newest hash of the audit to the log, which whoever can write the workspace need not be able to change. What it says is
    /// committed.
    ///
    /// - Parameter entry: The newest of the audit before the run.
    private func noteAnchor(after entry: Int64) throws -> AuditAnchor {
        let anchor = try inventory.auditAnchor()
        observer.note(anchor.line)
        // A run that only began and ended leaves what is published as it was, unless the mark is lost.
        let isMarked = if case .mark = tree.highWaterMark() { true } else { false }
        if !isMarked || anchor.entries - entry > RunRecorder.ownEntries {
            try HighWater(inventory: inventory, tree: tree).raise()
        }
        return anchor
    }

    /// That it began, and that it ended.
    private static let ownEntries: Int64 = 2

    /// Sorts by time, and differs for two runs of one second.
    private static func identifier(_ time: Timestamp) -> String {
        "\(time.compact)-\(Hex.encode((0..<4).map { _ in UInt8.random(in: .min ... .max) }))"
    }
}

extension RunOutcome {
    /// For the run's record: how many rows ended how, and what came of the inbox.
    var counts: [String: Int] {
        var counts: [String: Int] = [:]
        for row in plan.rows { if let result = row.result { counts[result.status.rawValue, default: 0] += 1 } }
        counts["confirmed"] = intake.confirmed
        counts["csr-taken"] = intake.taken
        counts["csr-rejected"] = intake.rejected.count
        counts["refreshed"] = refreshed
        if !plan.passedGuards.isEmpty { counts["guards-passed"] = plan.passedGuards.count }
        return counts
    }
}

import Foundation
import RotationModel
import RotationTesting

/// Each command of the built program over one fleet: what it costs a device, and against what the machine can do at all.
///
/// Two fleets of the same size, because the stages want different ones: in the first every device is due and has a CSR waiting, and in the
/// second nearly all are fresh, as fleets are on most days.
struct StageBench {
    let job: String
    let folder: String
    let count: Int
    let raw: RawMeasurement

    /// Of a larger fleet the work over devices that are all due is left out: it grows with what is due, and files by the million are a test of
    /// the file system.
    private static let mostDue = 100_000

    /// - Throws: ``RotationModel/RotationError`` where a stage fails.
    func measure() throws(RotationError) -> [StageResult] {
        var results: [StageResult] = []
        if count <= StageBench.mostDue { results += try measureDue() }
        return results + (try measureStanding())
    }

    // MARK: Everything is due

    private func measureDue() throws(RotationError) -> [StageResult] {
        let workspace = RunWorkspace(job: job, folder: "\(folder)/due", count: count)
        defer { try? FileManager.default.removeItem(atPath: workspace.folder) }
        try workspace.make()
        let now = RunWorkspace.now
        var results = try PeerBench(workspace: workspace).measure()
        func add(_ name: String, _ arguments: [String], against base: StageResult.Base) throws(RotationError) {
            results.append(try stage(name, arguments, in: workspace, against: base))
        }
        try add("import, all due", ["inventory", "import", "fleet.ndjson"], against: .none)
        try add("plan, all due", ["plan", "--at", now.rfc3339], against: .none)
        try add("run, all due", ["run", "--at", now.rfc3339], against: .signatures)
        try workspace.checkManifests()
        // By then less than a third of the manifests' validity is left.
        try add("refresh of all manifests", ["run", "--at", (now + .days(21)).rfc3339], against: .none)
        return results
    }

    // MARK: One in a hundred is due

    private func measureStanding() throws(RotationError) -> [StageResult] {
        let workspace = RunWorkspace(job: job, folder: "\(folder)/standing", count: count)
        defer { try? FileManager.default.removeItem(atPath: workspace.folder) }
        try workspace.make(due: 0.01)
        let now = RunWorkspace.now.rfc3339
        var results: [StageResult] = []
        results.append(try stage("import", ["inventory", "import", "fleet.ndjson"], in: workspace, against: .none))
        let scan = try best(of: 3) { () throws(RotationError) in
            try MeasuredProgram.run(["sqlite3", "fleet.sqlite", StageBench.scan], in: workspace.folder)
        }
        results.append(StageResult(stage: "sqlite3's scan of certificates", count: count, cost: scan))
        func add(_ name: String, _ arguments: [String]) throws(RotationError) {
            results.append(try stage(name, arguments, in: workspace, against: .scan(scan.wall)))
        }
        try add("plan, 1 % due", ["plan", "--at", now])
        try add("forecast, 365 days", ["forecast", "--days", "365", "--at", now])
        try add("status", ["status", "--at", now])
        try workspace.setPolicies(renewBefore: "1d")
        // The first one reports what it finds, and the second finds what the first left.
        try workspace.time(["run", "--at", now])
        try add("run with nothing due", ["run", "--at", (RunWorkspace.now + .hours(1)).rfc3339])
        return results
    }

    /// Reads every row of the table once, by the table itself.
    private static let scan = "SELECT count(*), sum(length(fingerprint)), sum(not_after) FROM certificates NOT INDEXED"

    private func best(
        of rounds: Int, _ body: () throws(RotationError) -> ProgramCost
    ) throws(RotationError) -> ProgramCost {
        var best = try body()
        for _ in 1..<rounds {
            let next = try body()
            if next.wall < best.wall { best = next }
        }
        return best
    }

    private func stage(
        _ name: String, _ arguments: [String], in workspace: RunWorkspace, against base: StageResult.Base
    ) throws(RotationError) -> StageResult {
        Measuring.settle()
        let cost = try MeasuredProgram.run([workspace.program] + arguments, in: workspace.folder)
        let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
        return StageResult(
            stage: name, count: count, cost: cost,
            ratio: base.seconds(for: count, raw: raw, cores: cores).map { cost.wall / $0 }, base: base.name)
    }
}

/// One line of the table.
struct StageResult: Encodable, Sendable {
    /// What a stage's time is held against.
    enum Base {
        case none
        /// One verification and two signatures a device, on all cores.
        case signatures
        /// The scan of this fleet's certificates, in seconds.
        case scan(Double)

        var name: String? {
            switch self {
            case .none: nil
            case .signatures: "raw"
            case .scan: "scan"
            }
        }

        func seconds(for count: Int, raw: RawMeasurement, cores: Double) -> Double? {
            switch self {
            case .none: nil
            case .signatures: Double(count) * (raw.verify + 2 * raw.sign) / cores
            case .scan(let seconds): seconds
            }
        }
    }

    var stage: String
    var count: Int
    var cost: ProgramCost
    /// Wall time against the base's; nil where it has none.
    var ratio: Double?
    var base: String?

    static let header = ["CPU µs each", "wall s", "cores", "MB at most", "MB written", "ratio"]

    var cells: [String] {
        [
            Measuring.microseconds(cost.cpu / Double(count)), String(format: "%.2f", cost.wall),
            String(format: "%.2f", cost.coresBusy), String(format: "%.0f", Double(cost.peakMemory) / 1e6),
            String(format: "%.0f", Double(cost.bytesWritten) / 1e6),
            ratio.map { String(format: "%.1f %@", $0, base ?? "") } ?? "",
        ]
    }
}

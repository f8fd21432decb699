import Fleet
import RotationModel
import System

/// The folder that runs leave their reports in.
///
/// While a run's report is not there, a hidden mark is: `.run-ID.pending`. It is made before the run does anything, which shows that the folder can
/// be written; the next run finds it where this one died, or the disk was full, after the run's record and before its report.
package struct ReportsFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package func report(_ run: RunID) -> String { "\(path)/run-\(run).json" }
    /// The same report as a page.
    package func page(_ run: RunID) -> String { "\(path)/run-\(run).html" }

    /// Whether a run could report, asked by who does something before it begins one.
    ///
    /// - Throws: as ``expect(_:)``.
    func check() throws(RotationError) {
        let nobody = RunID("check")
        try expect(nobody)
        settle(nobody)
    }

    /// Makes the folder where it is missing, and sees to it that the run's report can be written. Removes what a dead run had begun to write.
    ///
    /// - Throws: why not; then nothing was done yet.
    func expect(_ run: RunID) throws(RotationError) {
        do {
            try Files.makeFolder(path, mode: 0o750)
            let folder = try Folder(opening: path)
            for name in try folder.names() where name.hasPrefix(".run-") && Folder.isStagingName(name) {
                try folder.remove(name)
            }
            try Files.writeStaged([], to: mark(run), mode: Files.secret)
        } catch {
            throw RotationError(
                error.code, "the run's report could not be written there, so nothing was done: \(error.message)",
                at: path,
                advice: error.advice.isEmpty ? "check `reports` in rotation.yaml" : error.advice)
        }
    }

    /// Notes that a run's report is there, or that there will be none.
    package func settle(_ run: RunID) { try? Files.remove(mark(run)) }

    /// Runs whose reports are not there, or not whole.
    func pending() -> [RunID] {
        let names = (try? FolderListing.names(in: path)) ?? []
        return names.filter { $0.hasPrefix(ReportsFolder.start) && $0.hasSuffix(ReportsFolder.end) }.map {
            RunID(String($0.dropFirst(ReportsFolder.start.count).dropLast(ReportsFolder.end.count)))
        }
    }

    private static let (start, end) = (".run-", ".pending")

    private func mark(_ run: RunID) -> String { "\(path)/\(ReportsFolder.start)\(run)\(ReportsFolder.end)" }
}

/// Writes the report of a run that is recorded as ended, and those of earlier ones that are missing. It is called under the lock, so that no other
/// run takes what it writes for a dead one's. What it cannot write is not the run's failure.
package typealias RunReporter = (_ outcome: RunOutcome, _ unreported: [UnreportedRun]) -> Void

/// A run that ended, and whose report was not written: what the records say of it.
package struct UnreportedRun: Sendable {
    package let record: RunRecord
    /// Of the audit, what is in the run's name; oldest first.
    package let entries: [AuditEntry]
}

extension Workspace {
    package var reports: ReportsFolder { ReportsFolder(configuration.reports) }

    /// Has a run reported; where nobody reports, its report is not missing.
    func report(_ outcome: RunOutcome, by reporter: RunReporter?, _ inventory: any FleetStore) {
        guard let reporter else { return reports.settle(outcome.id) }
        reporter(outcome, (try? unreportedRuns(except: outcome.id, inventory)) ?? [])
    }

    /// The runs whose reports are to be written from the records.
    private func unreportedRuns(except current: RunID, _ inventory: any FleetStore) throws -> [UnreportedRun] {
        var runs: [RunID: RunRecord] = [:]
        for id in reports.pending() where id != current {
            // A run that died is told of by the one that took its work over; one that failed, by its error.
            if let record = try inventory.run(id), RunOutcome.Ending(rawValue: record.outcome ?? "") != nil {
                runs[id] = record
            } else {
                reports.settle(id)
            }
        }
        guard !runs.isEmpty else { return [] }
        var entries: [RunID: [AuditEntry]] = [:]
        try inventory.audit { entry in
            if let run = entry.run, runs[run] != nil { entries[run, default: []].append(entry) }
        }
        return runs.values.sorted { ($0.startedAt, $0.id.text) < ($1.startedAt, $1.id.text) }.map {
            UnreportedRun(record: $0, entries: entries[$0.id] ?? [])
        }
    }
}

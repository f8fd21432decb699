import Fleet
import Job
import Reports
import RotationModel
import Synchronization

/// Writes the report of a run where it has to be: what the run did is done by then, so what cannot be written is told, and spoils nothing.
final class RunReports: Sendable {
    private let workspace: Workspace
    private let incomplete = Atomic(false)

    init(_ workspace: Workspace) { self.workspace = workspace }

    /// Whether something could not be written.
    var isIncomplete: Bool { incomplete.load(ordering: .relaxed) }

    /// Into the reports folder, and what earlier runs could not write there.
    func keep(_ outcome: RunOutcome, _ unreported: [UnreportedRun]) {
        let folder = workspace.reports
        attempt("the run is done and on record; the next run writes its report, from the records") {
            try Console.keep(at: folder.report(outcome.id)) { try RunJSON(outcome).write($0) }
            try Console.keep(at: folder.page(outcome.id)) { try RunHTML(outcome).write($0) }
            folder.settle(outcome.id)
        }
        for run in unreported {
            attempt("it is the report of the earlier run \(run.record.id); the next run tries again") {
                let report = RecordedRunReport(run)
                try Console.keepWhereMissing(at: folder.report(run.record.id)) { try $0(report.json) }
                try Console.keepWhereMissing(at: folder.page(run.record.id)) { try report.writePage($0) }
                folder.settle(run.record.id)
            }
        }
    }

    /// To a file that somebody asked for.
    func deliver(to path: String?, _ body: (_ write: ([UInt8]) throws -> Void) throws -> Void) {
        guard let path else { return }
        attempt("the run is done; its report is in \(workspace.reports.path)") { try Console.deliver(to: path, body) }
    }

    private func attempt(_ done: String, _ body: () throws -> Void) {
        Console.afterwards(done) {
            do {
                try body()
            } catch {
                incomplete.store(true, ordering: .relaxed)
                throw error
            }
        }
    }
}

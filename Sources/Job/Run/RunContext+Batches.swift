import Fleet
import Planning
import RotationModel
import System

extension RunContext {
    /// Rows that one transaction takes.
    static let batch = 1000

    /// Carries out the rows of a stage, batch by batch in the plan's order, and writes down what became of each. Those whose turn has not
    /// come when the run is asked to stop are ``RowResult/Status/stopped``.
    ///
    /// - Parameters:
    ///   - work: what the stage needs of a row's action; nil where the row is not the stage's.
    ///   - body: returns a result for each row of the batch, in its order.
    func forEachBatch<Work>(
        of plan: inout RotationPlan, in stage: Stage, _ work: (Action) -> Work?,
        _ body: ([(decision: Decision, work: Work)]) async throws -> [RowResult]
    ) async throws {
        let rows = plan.rows.enumerated().compactMap { place, row in
            work(row.decision.action).map { (place: place, work: $0) }
        }
        observer.began(stage, total: rows.count)
        defer { observer.ended(stage) }
        for chunk in rows.chunked(by: RunContext.batch) {
            guard !stop.isMade else {
                for row in chunk { plan.rows[row.place].result = RowResult(.stopped) }
                continue
            }
            let results = try await body(chunk.map { (plan.rows[$0.place].decision, $0.work) })
            for (row, result) in zip(chunk, results) { plan.rows[row.place].result = result }
            observer.advanced(stage, by: chunk.count)
        }
    }
}

import RotationModel
import Testing

/// Does something of its own when a stage begins: what happens to a workspace while a run goes on.
struct MeanwhileObserver: RunObserver {
    let stage: Stage
    let body: @Sendable () throws -> Void

    func began(_ stage: Stage, total: Int?) {
        guard stage == self.stage else { return }
        do { try body() } catch { Testing.Issue.record(error, "the test's own step failed") }
    }
    func advanced(_ stage: Stage, by count: Int) {}
    func ended(_ stage: Stage) {}
    func warn(_ text: String) {}
}

import RotationModel
import System

/// Tells of a run what `notify` of rotation.yaml wants told, each event once. What cannot be told is a warning, and never the reason that a run
/// fails; how long telling may take is bounded.
package struct Notifier: Sendable {
    let workspace: Workspace
    let at: Timestamp
    let observer: any RunObserver
    var bounds = Bounds()

    /// How long a program is waited for.
    struct Bounds: Sendable {
        /// For each start of one.
        var patience = Duration.seconds(30)
        /// Starts of one for each event.
        var tries = 3
        var pause = Duration.seconds(2)
        /// For all that a run has to tell.
        var whole = Duration.seconds(180)
    }

    package init(_ workspace: Workspace, at: Timestamp, observer: any RunObserver) {
        (self.workspace, self.at, self.observer) = (workspace, at, observer)
    }

    private var rules: [NoticeRule] { workspace.configuration.notices }

    /// After a run that came to its end.
    package func tell(of outcome: RunOutcome) async {
        guard !rules.isEmpty else { return }
        let endings = (try? workspace.authorities())?.endings(at: at) ?? []
        await tell(Notice.all(of: outcome, endings: endings), run: outcome.id)
    }

    /// After one that an error ended.
    package func tell(of error: any Error) async {
        guard !rules.isEmpty else { return }
        let isClock = (error as? RotationError)?.code == .guarded && (try? workspace.timeJump(at: at)) != nil
        await tell([Notice.of(error, isClock: isClock)], run: nil)
    }

    private func tell(_ notices: [Notice], run: RunID?) async {
        let end = ContinuousClock.now + bounds.whole
        for notice in notices {
            let json = notice.json(
                run: run, at: at, host: LocalHost.name, workspace: workspace.configuration.root)
            for rule in rules where rule.events.contains(notice.event) {
                guard let trouble = await tell(json, by: rule, before: end) else { continue }
                observer.warn("nobody was told of `\(notice.event.rawValue)` by \(rule.program): \(trouble)")
            }
        }
    }

    /// - Returns: why it could not be told; nil where it was.
    private func tell(_ json: [UInt8], by rule: NoticeRule, before end: ContinuousClock.Instant) async -> String? {
        var trouble = "there was no time left for it"
        for attempt in 0..<bounds.tries {
            let left = end - .now
            guard left > .zero else { break }
            if attempt > 0 { try? await Task.sleep(for: min(bounds.pause, left)) }
            guard let failure = attempted(json, rule, min(bounds.patience, end - .now)) else { return nil }
            trouble = failure
        }
        return trouble
    }

    private func attempted(_ json: [UInt8], _ rule: NoticeRule, _ patience: Duration) -> String? {
        do {
            let ending = try NoticeProgram(rule, in: workspace.configuration.root).take(json, within: patience)
            return ending
        } catch {
            return "it cannot be started: \(error.message)"
        }
    }
}

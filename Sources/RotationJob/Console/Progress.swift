import Logging
import Reports
import RotationModel
import Synchronization
import System

/// Shows how far a long stage is: a bar on a terminal, a log line now and then elsewhere.
final class Progress: RunObserver {
    private struct State {
        var stage: Stage?
        var total: Int?
        var done = 0
        var started = ContinuousClock.now
        var lastShown = ContinuousClock.now
        var isBarShown = false
    }

    private let logger: Logger
    private let showsBar: Bool
    private let isQuiet: Bool
    private let state = Mutex(State())

    init(logger: Logger, isQuiet: Bool) {
        self.logger = logger
        self.isQuiet = isQuiet
        showsBar = !isQuiet && StandardStream.error.isTerminal
    }

    func began(_ stage: Stage, total: Int?) {
        state.withLock { state in
            state.stage = stage
            state.total = total
            state.done = 0
            state.started = .now
            state.lastShown = .now
        }
        logger.debug("stage \(stage.rawValue)", metadata: total.map { ["total": "\($0)"] })
    }

    func advanced(_ stage: Stage, by count: Int) { advanced(stage, by: count, share: nil) }

    /// - Parameter share: How much of the stage is done, from 0 to 1, where no total is known.
    func advanced(_ stage: Stage, by count: Int, share: Double?) {
        guard !isQuiet else { return }
        state.withLock { state in
            state.done += count
            let now = ContinuousClock.now
            // Often enough to look alive on a terminal, and seldom enough not to fill a log.
            guard now - state.lastShown > (showsBar ? .milliseconds(100) : .seconds(10)) else { return }
            state.lastShown = now
            let line = ProgressLine(
                stage: stage.rawValue, done: state.done, total: state.total, share: share,
                elapsed: now - state.started)
            if showsBar {
                state.isBarShown = true
                Console.printToStandardError("\r\u{1B}[K\(line.bar)")
            } else {
                logger.info("\(line.text)")
            }
        }
    }

    func ended(_ stage: Stage) {
        state.withLock { state in
            if state.isBarShown { Console.printToStandardError("\r\u{1B}[K") }
            state.isBarShown = false
        }
    }

    func note(_ text: String) { logger.notice("\(text)") }

    func warn(_ text: String) {
        logger.warning("\(text)")
    }
}

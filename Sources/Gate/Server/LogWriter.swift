import Synchronization
import System

/// Writes lines in the order in which they came, by a task that may wait: no connection waits for whoever reads the log.
///
/// Lines that come within a moment are written together: to wake another thread for each of them costs as much as the request. Lines that
/// nobody takes in time are lost, and counted.
package final class LogWriter: Sendable {
    /// Lines that wait at the most.
    private static let room = 8192
    /// How long a line waits for others.
    private static let moment = Duration.milliseconds(20)

    private struct State {
        var waiting: [[UInt8]] = []
        /// Writes what waits, and is gone when nothing does.
        var task: Task<Void, Never>?
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let write: @Sendable ([[UInt8]]) -> Void

    /// - Parameter write: Called for some lines after the other, on a thread that may wait.
    package init(_ write: @escaping @Sendable ([[UInt8]]) -> Void) { self.write = write }

    /// To standard output. A reader that is gone is no trouble.
    package static func standardOutput() -> LogWriter {
        LogWriter { lines in try? StandardStream.output.write(Array(lines.joined())) }
    }

    /// - Returns: False where the line is lost.
    package func write(_ line: [UInt8]) -> Bool {
        state.withLock { state in
            guard !state.hasEnded, state.waiting.count < LogWriter.room else { return false }
            state.waiting.append(line)
            if state.task == nil {
                state.task = Task(executorPreference: BlockingThreads.shared) { await self.writeAll() }
            }
            return true
        }
    }

    private func writeAll() async {
        while true {
            if !state.withLock({ $0.hasEnded }) { try? await Task.sleep(for: LogWriter.moment) }
            let lines = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.task = nil }
                return state.waiting
            }
            guard !lines.isEmpty else { return }
            write(lines)
        }
    }

    /// Waits for the lines that are there, and takes no more.
    package func end() async {
        let task = state.withLock { state in
            state.hasEnded = true
            return state.task
        }
        await task?.value
    }
}

import System

/// Writes lines in the order in which they came, by a task that may wait: no connection waits for whoever reads the log.
///
/// Lines that nobody takes in time are lost, and counted.
package final class LogWriter: Sendable {
    /// Lines that wait at the most.
    private static let room = 8192

    private let lines: AsyncStream<[UInt8]>.Continuation
    private let task: Task<Void, Never>

    /// - Parameter write: Called for one line after the other, on a thread that may wait.
    package init(_ write: @escaping @Sendable ([UInt8]) -> Void) {
        let (stream, lines) = AsyncStream.makeStream(
            of: [UInt8].self, bufferingPolicy: .bufferingOldest(LogWriter.room))
        self.lines = lines
        task = Task(executorPreference: BlockingThreads.shared) { for await line in stream { write(line) } }
    }

    /// To standard output. A reader that is gone is no trouble.
    package static func standardOutput() -> LogWriter {
        LogWriter { line in try? StandardStream.output.write(line) }
    }

    /// - Returns: False where the line is lost.
    package func write(_ line: [UInt8]) -> Bool {
        if case .dropped = lines.yield(line) { return false }
        return true
    }

    /// Waits for the lines that are there, and takes no more.
    package func end() async {
        lines.finish()
        await task.value
    }
}

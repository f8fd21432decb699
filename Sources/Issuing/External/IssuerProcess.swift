import RotationModel
import System

/// A running issuer: lines go to it and come from it, whatever it does or fails to do with its pipes.
///
/// For one thread at a time, which waits here; it never waits longer than it is told.
final class IssuerProcess {
    /// What came of waiting for a line.
    enum Event {
        case line([UInt8])
        /// A line without an end that is longer than any answer.
        case tooLong
        /// The time is over.
        case silence
        /// It ended or closed its output, so that no more lines can come.
        case end(End)
    }

    /// How it ended.
    struct End: CustomStringConvertible {
        let ending: ChildProcess.Ending
        /// Whether its last line has no end.
        let isInLine: Bool

        var isGood: Bool { ending == .exited(0) && !isInLine }
        var description: String { isInLine ? "\(ending), in the middle of a line" : "\(ending)" }
    }

    /// A certificate with its chain, ten times over.
    static let longestLine = 256 * 1024

    private let child: ChildProcess
    private var log: IssuerLog
    /// What its pipe had no room for yet.
    private var outbox: ArraySlice<UInt8> = []
    private var lines = LineBuffer(longest: IssuerProcess.longestLine)
    /// Whether nothing more is to be expected of its output, even if a program that it started holds it open.
    private var isOutputOver = false
    private var isStopping = false

    /// - Throws: ``RotationError/Code/io`` where it cannot be started.
    init(_ configuration: IssuerConfiguration, in folder: String, log: IssuerLog) throws(RotationError) {
        child = try ChildProcess(configuration.program, configuration.arguments, in: folder, input: .pipe)
        self.log = log
    }

    /// Hands it lines. They are written as it reads, while ``next(within:)`` waits.
    func send(_ bytes: [UInt8]) { outbox += bytes }

    func next(within timeout: Duration) -> Event {
        let deadline = ContinuousClock.now + timeout
        while true {
            if let line = lines.next() { return line.count > lines.longest ? .tooLong : .line(line) }
            if lines.isTooLong { return .tooLong }
            if isOutputOver { return .end(stop(within: .seconds(2))) }
            let left = deadline - .now
            guard left > .zero else { return .silence }
            exchange(within: min(left, .milliseconds(100)))
        }
    }

    /// Lets it end by itself, by closing its input; then makes it.
    ///
    /// - Parameter grace: how long it may take to end by itself. What it says meanwhile is not listened to.
    @discardableResult
    func stop(within grace: Duration) -> End {
        isStopping = true
        outbox = []
        child.input?.close()
        for (patience, signal) in [(grace, ChildProcess.Signal.terminate), (.seconds(2), .kill)] {
            if waitForEnd(patience) { break }
            child.send(signal)
        }
        let ending = child.waitForEnd()
        // What it started may have outlived it; nobody reads their answers any more.
        child.send(.kill)
        read(child.errors) { log.append($0) }
        log.flush()
        return End(ending: ending, isInLine: !lines.rest.isEmpty)
    }

    private func waitForEnd(_ patience: Duration) -> Bool {
        let deadline = ContinuousClock.now + patience
        while child.ending() == nil {
            let left = deadline - .now
            guard left > .zero else { return false }
            exchange(within: min(left, .milliseconds(20)))
        }
        return true
    }

    // MARK: The pipes

    /// Writes what it takes and reads what it says, as soon as there is something of either.
    private func exchange(within patience: Duration) {
        let writing = outbox.isEmpty ? [] : [child.input].compactMap { $0 }
        let ready = ReadyDescriptors.wait(reading: [child.output, child.errors], writing: writing, within: patience)
        if !ready.writing.isEmpty { write() }
        if ready.reading.contains(1) { read(child.errors) { log.append($0) } }
        // Asked before the last look at its output, so that nothing of a program that has ended is missed.
        let hasEnded = child.ending() != nil
        if ready.reading.contains(0) || hasEnded { read(child.output) { if !isStopping { lines.append($0) } } }
        if hasEnded || !child.output.isOpen { isOutputOver = true }
    }

    private func write() {
        guard let input = child.input, input.isOpen else { return }
        switch input.write(outbox) {
        case .bytes(let count): outbox = outbox.dropFirst(count)
        case .later: break
        case .end:
            // It closed its input. What it has read it may still answer.
            input.close()
            outbox = []
        }
    }

    /// Reads what is there now; closes the end where nothing will ever come again.
    private func read(_ end: Descriptor, _ take: (ArraySlice<UInt8>) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var total = 0
        // A program that writes without end is not read without end.
        while end.isOpen, total < 1 << 20 {
            switch end.read(into: &buffer) {
            case .bytes(let count):
                take(buffer[..<count])
                total += count
            case .later: return
            case .end: end.close()
            }
        }
    }
}

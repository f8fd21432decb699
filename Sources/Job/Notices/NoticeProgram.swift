import Basics
import RotationModel
import System

/// A program that takes a notice on its standard input, and is believed by its exit status.
struct NoticeProgram {
    private let process: ChildProcess

    /// - Throws: where it cannot be started.
    init(_ rule: NoticeRule, in folder: String) throws(RotationError) {
        process = try ChildProcess(rule.program, rule.arguments, in: folder, input: .pipe)
    }

    /// So often is looked whether it has ended.
    private static let glance = Duration.milliseconds(100)

    /// Of what it says on standard error, so much is read.
    private static let mostErrors = 1 << 10

    /// Hands it over, and waits for the program's end. One that takes too long is ended, with all that it started.
    ///
    /// - Returns: what went wrong, with the first line that it said; nil where it ended with 0.
    func take(_ json: [UInt8], within patience: Duration) -> String? {
        let end = ContinuousClock.now + patience
        var (rest, errors) = (json[...], [UInt8]())
        while process.output.isOpen || process.errors.isOpen {
            let left = end - .now
            guard left > .zero else { return stopped(after: patience) }
            let writing = rest.isEmpty ? [] : [process.input].compactMap(\.self)
            let ready = ReadyDescriptors.wait(
                reading: [process.output, process.errors], writing: writing, within: min(left, NoticeProgram.glance))
            // What it started and left behind may hold its pipes for as long as it likes.
            if ready.reading.isEmpty, process.ending() != nil { break }
            if ready.reading.contains(0) { read(process.output) { _ in } }
            if ready.reading.contains(1) {
                read(process.errors) { if errors.count < NoticeProgram.mostErrors { errors += $0 } }
            }
            if !ready.writing.isEmpty { write(&rest) }
        }
        while process.ending() == nil {
            guard ContinuousClock.now < end else { return stopped(after: patience) }
            _ = ReadyDescriptors.wait(reading: [], within: .milliseconds(20))
        }
        let ending = process.waitForEnd()
        guard ending != .exited(0) else { return nil }
        let said = String(decoding: errors.prefix { $0 != 0x0A }, as: UTF8.self)
        return said.isEmpty ? ending.description : "\(ending): \(Printable.text(said))"
    }

    private func stopped(after patience: Duration) -> String {
        process.send(.kill)
        _ = process.waitForEnd()
        return "it took longer than \(patience.components.seconds) s"
    }

    private func read(_ end: Descriptor, _ body: (ArraySlice<UInt8>) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        switch end.read(into: &buffer) {
        case .bytes(let count): body(buffer[..<count])
        case .later: break
        case .end: end.close()
        }
    }

    private func write(_ rest: inout ArraySlice<UInt8>) {
        switch process.input?.write(rest) {
        case .bytes(let count): rest = rest.dropFirst(count)
        case .later: break
        case .end, nil: rest = []
        }
        if rest.isEmpty { process.input?.close() }
    }
}

import Basics
import Delivery
import LocatedYAML
import RotationModel
import Synchronization
import System

/// The reader of standard output is gone (`rotation-job plan | head`): nothing to say, and nobody to say it to.
struct BrokenPipe: Error {}

/// Standard output for results, standard error for everything else.
enum Console {
    static func wantsColour(_ stream: StandardStream) -> Bool {
        let noColour = Environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return stream.isTerminal && !noColour && Environment["TERM"] != "dumb"
    }

    private static let readerIsGone = Atomic(false)

    /// Whether the reader of standard output is gone.
    static var isReaderGone: Bool { readerIsGone.load(ordering: .relaxed) }

    /// Writes a report for people.
    static func print(_ text: String) throws { try write(bytes(ofReport: text)) }

    /// Says what a command did, once it is done. That it cannot be said is told, and changes nothing of it.
    ///
    /// - Parameter done: what is done, in a sentence without a full stop.
    static func afterwards(_ done: String, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            let known = error as? RotationError
            printError(
                RotationError(known?.code ?? .io, known?.message ?? "\(error)", at: known?.place ?? "", advice: done))
        }
    }

    /// A report for people, in which whatever strangers called themselves is no more than text.
    static func bytes(ofReport text: String) -> [UInt8] { Array(Printable.report(text).utf8) }

    /// Where the reader is gone nothing is written any more: what a command's exit status says does not depend on who reads.
    static func write(_ bytes: [UInt8]) throws {
        do {
            try stream(bytes)
        } catch is BrokenPipe {
            return
        }
    }

    /// The same, for listings that are as long as the fleet: nobody has to go on with one that nobody reads.
    ///
    /// - Throws: ``BrokenPipe`` where the reader is gone.
    static func stream(_ bytes: [UInt8]) throws {
        if isReaderGone { throw BrokenPipe() }
        do {
            try write(bytes, to: .output)
        } catch let gone as BrokenPipe {
            readerIsGone.store(true, ordering: .relaxed)
            throw gone
        }
    }

    static func printToStandardError(_ text: String) {
        // Where standard error is closed there is nobody left to tell.
        try? write(Array(text.utf8), to: .error)
    }

    static func printError(_ error: RotationError) {
        let mark = wantsColour(.error) ? "\u{1B}[1;31merror:\u{1B}[0m" : "error:"
        let place = error.place.isEmpty ? "" : "\(error.place): "
        let advice = error.advice.isEmpty ? "" : "\n  \(Printable.text(error.advice))"
        printToStandardError("\(mark) \(Printable.text(place + error.message))\(advice)\n")
    }

    /// So many are printed; nobody reads more, and errors go first.
    private static let mostDiagnostics = 100

    static func printDiagnostics(_ diagnostics: [Diagnostic]) {
        let isColoured = wantsColour(.error)
        let errors = diagnostics.count { $0.severity == .error }
        var room = (errors: mostDiagnostics, warnings: max(0, mostDiagnostics - errors))
        for diagnostic in diagnostics {
            let isError = diagnostic.severity == .error
            guard (isError ? room.errors : room.warnings) > 0 else { continue }
            if isError { room.errors -= 1 } else { room.warnings -= 1 }
            printToStandardError(diagnostic.rendered(color: isColoured) + "\n")
        }
        if diagnostics.count > mostDiagnostics {
            printToStandardError(
                "and \(diagnostics.count - mostDiagnostics) more, which `policy check --format json` shows\n")
        }
        if errors > 0 { printToStandardError("\(counted(errors, "error"))\n") }
    }

    /// Sends a result to a file, whole or not at all, or to standard output where the path is nil or `-`.
    static func deliver(to path: String?, _ body: ((_ write: ([UInt8]) throws -> Void) throws -> Void)) throws {
        guard let path, path != "-" else { return try body { try write($0) } }
        try Files.replace(path, mode: Files.groupReadable, writing: body)
    }

    /// Writes a file whose name the operator did not choose: through no link that somebody put in its place.
    static func keep(at path: String, _ body: ((_ write: ([UInt8]) throws -> Void) throws -> Void)) throws {
        try Files.replace(path, mode: Files.groupReadable, followsLinks: false, writing: body)
    }

    /// The same, where nothing stands at the path.
    static func keepWhereMissing(
        at path: String, _ body: (_ write: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        if !Files.exists(path) { try keep(at: path, body) }
    }

    private static func write(_ bytes: [UInt8], to stream: StandardStream) throws {
        do {
            try stream.write(bytes)
        } catch .brokenPipe {
            throw BrokenPipe()
        } catch {
            throw RotationError(
                .io, "cannot write the result to standard output: \(error)",
                advice: "send it somewhere else: `> FILE` on a disk with space")
        }
    }
}

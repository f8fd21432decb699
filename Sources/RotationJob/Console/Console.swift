import Basics
import Delivery
import LocatedYAML
import RotationModel
import System

/// The reader of standard output is gone (`rotation-job plan | head`): nothing to say, and nobody to say it to.
struct BrokenPipe: Error {}

/// Standard output for results, standard error for everything else.
enum Console {
    static func wantsColour(_ stream: StandardStream) -> Bool {
        let noColour = Environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return stream.isTerminal && !noColour && Environment["TERM"] != "dumb"
    }

    /// Writes a report for people.
    static func print(_ text: String) throws { try write(bytes(ofReport: text)) }

    /// A report for people, in which whatever strangers called themselves is no more than text.
    static func bytes(ofReport text: String) -> [UInt8] { Array(Printable.report(text).utf8) }

    static func write(_ bytes: [UInt8]) throws {
        try write(bytes, to: .output)
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

    private static func write(_ bytes: [UInt8], to stream: StandardStream) throws {
        do {
            try stream.write(bytes)
        } catch .brokenPipe {
            throw BrokenPipe()
        } catch {
            throw RotationError(.io, "cannot write the result: \(error)")
        }
    }
}

/// One parsed file: its root, and the log that every reader of its values writes mistakes to.
package struct YAMLDocument {
    package let log: DiagnosticLog
    /// Nil where the file could not be parsed; the log says why.
    package let root: LocatedValue?

    /// Mappings and lists may stand in each other this deep.
    package static let deepest = 32
    /// So many values one file may hold.
    package static let mostValues = 100_000

    /// Reads a file. Never fails: what is wrong with the file is in the log.
    ///
    /// - Parameter example: what such a file starts with, for the message about an empty one: ``version: 1``.
    package static func parse(_ file: SourceFile, example: String) -> YAMLDocument {
        let text: String
        do throws(TextDecoding.Refusal) {
            text = try TextDecoding.text(of: file)
        } catch {
            return refused(file, error, example: example)
        }
        let log = DiagnosticLog(source: SourceText(path: file.path, text: text))
        let root = YAMLComposer(log: log).compose(example: example)
        return YAMLDocument(log: log, root: root)
    }

    private static func refused(_ file: SourceFile, _ refusal: TextDecoding.Refusal, example: String) -> YAMLDocument {
        // The readable start is put back on its line, so that the message can show it.
        let lines = String(repeating: "\n", count: refusal.position.line - 1)
        let last = String(decoding: refusal.readable, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).last
        let shown = (last?.unicodeScalars.count ?? 0) == refusal.position.column - 1 ? String(last ?? "") : ""
        // What could not be read stands for itself.
        let log = DiagnosticLog(source: SourceText(path: file.path, text: lines + shown + "\u{FFFD}"))
        let help = refusal.help.isEmpty ? "such a file starts with `\(example)`" : refusal.help
        log.report(at: refusal.position, length: 1, refusal.message, help: help, rule: .unreadable)
        return YAMLDocument(log: log, root: nil)
    }
}

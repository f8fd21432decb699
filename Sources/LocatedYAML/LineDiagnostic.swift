/// Makes messages about what starts in a line of a file, for findings that come up after the file was read: they point at the
/// line's first word, past a list's dash.
package struct LinePointer {
    private let source: SourceText

    package init(_ file: SourceFile) {
        source = SourceText(path: file.path, text: (try? TextDecoding.text(of: file)) ?? "")
    }

    /// - Parameter line: from 1.
    package func diagnostic(
        _ severity: Diagnostic.Severity, line: Int, _ message: String, help: String, rule: Diagnostic.Rule
    ) -> Diagnostic {
        let written = source.line(line).unicodeScalars
        let margin = written.prefix { $0 == " " || $0 == "-" }.count
        // All of `name: field-sensors`, without the comment behind it.
        let rest = String(written.dropFirst(margin).prefix(LinePointer.longest))
        let covered = rest.firstRange(of: " #").map { rest[..<$0.lowerBound] } ?? rest[...]
        let length = covered.unicodeScalars.count - covered.unicodeScalars.reversed().prefix { $0 == " " }.count
        return source.diagnostic(
            severity, at: SourcePosition(line: line, column: margin + 1), length: length, message: message, help: help,
            rule: rule)
    }

    /// Of a line, in scalars. All of a file may stand in one.
    private static let longest = 512
}

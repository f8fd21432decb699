extension SourceFile {
    /// A message about what starts in a line of the file, for findings that come up after the file was read: it points at the
    /// line's first word, past a list's dash.
    ///
    /// - Parameter line: from 1.
    public func diagnostic(
        _ severity: Diagnostic.Severity, line: Int, _ message: String, help: String, kind: String
    ) -> Diagnostic {
        let text = (try? TextDecoding.text(of: self)) ?? ""
        let source = SourceText(path: path, text: text)
        let written = source.line(line).unicodeScalars
        let margin = written.prefix { $0 == " " || $0 == "-" }.count
        let rest = written.dropFirst(margin)
        // All of `name: field-sensors`, without the comment behind it.
        var covered = rest.count
        if let comment = String(rest).firstRange(of: " #") {
            covered = String(rest)[..<comment.lowerBound].unicodeScalars.count
        }
        while covered > 1, rest.dropFirst(covered - 1).first == " " { covered -= 1 }
        let found = source.diagnostic(
            severity, at: SourcePosition(line: line, column: margin + 1), length: covered, message: message, help: help)
        return Diagnostic(
            severity, file: path, line: found.line, column: found.column, length: found.length, message: message,
            help: help, sourceLine: found.sourceLine, sourceColumn: found.sourceColumn, kind: kind)
    }
}

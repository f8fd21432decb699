/// A file's text as the parser sees it, and the way from the parser's positions to lines that a message can show.
struct SourceText {
    let path: String
    /// UTF-8 without a byte-order mark.
    let text: String
    /// Where each line starts, as an offset in bytes.
    private let lineStarts: [Int]

    /// The longest stretch of one line that a message shows, in characters.
    private static let shown = 160

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lineStarts = SourceText.lineStarts(of: text)
    }

    /// A line's text without its line break; empty past the end of the file.
    func line(_ number: Int) -> Substring {
        guard number >= 1, number <= lineStarts.count else { return "" }
        let utf8 = text.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: lineStarts[number - 1])
        let end =
            number < lineStarts.count ? utf8.index(utf8.startIndex, offsetBy: lineStarts[number]) : utf8.endIndex
        var line = text[start..<end].unicodeScalars
        while let last = line.last, SourceText.isBreak(last) { line.removeLast() }
        return Substring(line)
    }

    /// The line's scalars from a position on; empty where the position is past its end.
    func rest(at position: SourcePosition) -> Substring.UnicodeScalarView {
        line(position.line).unicodeScalars.dropFirst(position.column - 1)
    }

    /// A message that points at a position.
    ///
    /// - Parameter length: how many scalars the mistake covers; what passes the end of the line is left out.
    func diagnostic(
        _ severity: Diagnostic.Severity, at position: SourcePosition, length: Int, message: String, help: String
    ) -> Diagnostic {
        let line = line(position.line)
        let scalars = line.unicodeScalars
        let start = scalars.index(scalars.startIndex, offsetBy: position.column - 1, limitedBy: scalars.endIndex)
        let from = start ?? scalars.endIndex
        let to = scalars.index(from, offsetBy: max(1, length), limitedBy: scalars.endIndex) ?? scalars.endIndex
        let column = line[..<from].count + 1
        let covered = max(1, line[from..<to].count)
        let (excerpt, excerptColumn) = SourceText.excerpt(of: SecretMask.hiding(in: String(line))[...], around: column)
        return Diagnostic(
            severity, file: path, line: position.line, column: column, length: covered, message: message, help: help,
            sourceLine: excerpt, sourceColumn: excerptColumn)
    }

    /// Of a line too long to show, the part around a column (from 1), and the column within that part.
    private static func excerpt(of line: Substring, around column: Int) -> (String, Int) {
        guard line.utf8.count > shown, line.count > shown else { return (String(line), column) }
        let skipped = max(0, column - shown / 2)
        guard skipped > 0 else { return (line.prefix(shown) + "…", column) }
        let rest = line.dropFirst(skipped)
        return ("…" + rest.prefix(shown) + (rest.count > shown ? "…" : ""), column - skipped + 1)
    }

    /// Lines end where YAML 1.1 (5.4) ends them: LF, CR LF, CR, NEL, LS, PS.
    private static func lineStarts(of text: String) -> [Int] {
        var starts = [0]
        var at = 0
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if previous == "\r", scalar == "\n" { starts.removeLast() }
            at += UTF8.width(scalar)
            if isBreak(scalar) { starts.append(at) }
            previous = scalar
        }
        return starts
    }

    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }
}

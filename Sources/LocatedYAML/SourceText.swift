/// A file's text as the parser sees it, and the way from the parser's positions to lines that a message can show.
struct SourceText {
    let path: String
    /// UTF-8 without a byte-order mark.
    let text: String
    /// Where each line starts, as an offset in bytes.
    private let lineStarts: [Int]
    private let marks = LongLineMarks()
    /// The last line that holds more than blanks, and how many scalars it has; the first one of an empty file.
    private let last: SourcePosition

    /// The longest stretch of one line that a message shows, in characters.
    private static let shown = 160

    init(path: String, text: String) {
        self.path = path
        self.text = text
        let starts = SourceText.lineStarts(of: text)
        lineStarts = starts
        last = SourceText.last(of: text, starts)
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
        let line = line(position.line)
        return line.unicodeScalars[marks.place(of: position, in: line).index...]
    }

    /// A message that points at a position.
    ///
    /// - Parameter length: how many scalars the mistake covers; what passes the end of the line is left out.
    func diagnostic(
        _ severity: Diagnostic.Severity, at position: SourcePosition, length: Int, message: String, help: String,
        rule: Diagnostic.Rule
    ) -> Diagnostic {
        let position = within(position)
        let line = line(position.line)
        let scalars = line.unicodeScalars
        let (from, before) = marks.place(of: position, in: line)
        let to = scalars.index(from, offsetBy: max(1, length), limitedBy: scalars.endIndex) ?? scalars.endIndex
        let excerpt = SourceText.excerpt(of: line, marking: from..<to)
        return Diagnostic(
            severity, file: path, line: position.line, column: before + 1, length: max(1, line[from..<to].count),
            message: message, help: help, sourceLine: excerpt.text, sourceColumn: excerpt.column,
            marked: excerpt.marked, rule: rule)
    }

    /// The position, or the file's last character where it is past that: parsers stumble over the end of a file in a line that
    /// no editor shows.
    private func within(_ position: SourcePosition) -> SourcePosition {
        let isPast = (position.line, position.column) > (last.line, last.column)
        return isPast ? SourcePosition(line: last.line, column: max(1, last.column)) : position
    }

    private static func last(of text: String, _ starts: [Int]) -> SourcePosition {
        let utf8 = text.utf8
        var end = utf8.endIndex
        for (place, start) in starts.enumerated().reversed() {
            let from = utf8.index(utf8.startIndex, offsetBy: start)
            var line = text.unicodeScalars[from..<end]
            while let scalar = line.last, isBreak(scalar) { line.removeLast() }
            if line.contains(where: { $0 != " " && $0 != "\t" }) {
                return SourcePosition(line: place + 1, column: line.count)
            }
            end = from
        }
        return SourcePosition(line: 1, column: 1)
    }

    /// What a message shows of a line.
    private struct Excerpt {
        let text: String
        /// Where the mistake starts in it, in characters, from 1.
        let column: Int
        /// The mistake's scalars in it; nil where they cannot be told.
        let marked: Range<Int>?
    }

    /// Of a line too long to show, the part around a mistake.
    private static func excerpt(of line: Substring, marking mistake: Range<String.Index>) -> Excerpt {
        // Counted in scalars, so that a letter with a thousand accents is no way around it.
        let scalars = line.unicodeScalars
        let index = mistake.lowerBound
        func moved(_ start: String.Index, by distance: Int) -> String.Index? {
            scalars.index(start, offsetBy: distance, limitedBy: distance < 0 ? line.startIndex : line.endIndex)
        }
        let isLong = line.utf8.count > shown && moved(line.startIndex, by: shown + 1) != nil
        let start = isLong ? moved(index, by: -shown / 2) ?? line.startIndex : line.startIndex
        let end = isLong ? moved(start, by: shown) ?? line.endIndex : line.endIndex
        // A secret may begin before the part that is shown, and what says that it is one.
        let around = (moved(start, by: -1024) ?? line.startIndex)..<(moved(end, by: 1024) ?? line.endIndex)
        let isCut = start > line.startIndex
        let part = SecretMask.hiding(in: line[around], showing: start..<end)
        let before = scalars.distance(from: start, to: index) + (isCut ? 1 : 0)
        let covered = scalars.distance(from: index, to: min(end, mistake.upperBound))
        let isWhole = part.unicodeScalars.count == scalars.distance(from: start, to: end)
        return Excerpt(
            text: (isCut ? "…" : "") + part + (end < line.endIndex ? "…" : ""),
            column: line[start..<index].count + (isCut ? 2 : 1),
            marked: isWhole ? before..<before + covered : nil)
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

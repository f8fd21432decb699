import Basics

/// Writes CSV (RFC 4180): CRLF at the end of each row, quotes where a field needs them.
///
/// For people it makes cells safe to open in a spreadsheet: what a stranger wrote is never taken for a formula, and nothing in it is
/// invisible. For programs every text stays letter by letter.
package struct CSVWriter: Sendable {
    package enum Reader: Sendable {
        case people
        case programs
    }

    package private(set) var bytes: [UInt8] = []
    private let reader: Reader
    private var needsComma = false

    package init(for reader: Reader) { self.reader = reader }

    /// Hands over what was written so far and goes on with an empty buffer, for output that streams.
    package mutating func drain() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    /// A text that comes from outside: a name, a label, a sentence that quotes one.
    package mutating func text(_ text: String) { value(reader == .people ? SpreadsheetText.safe(text) : text) }

    /// A number, a date or a word of the program's own, as it stands.
    package mutating func value(_ text: String) {
        let needsQuotes = text.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
                || byte == UInt8(ascii: "\r")
        }
        if needsQuotes { return quoted(text) }
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    /// In quotes, even where none are needed: an empty text, told apart from none.
    package mutating func quoted(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func endRow() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}

/// Text that no spreadsheet takes for a formula (CWE-1236).
enum SpreadsheetText {
    /// The text with an apostrophe before whatever would start a formula, as spreadsheets themselves mark text; printable.
    static func safe(_ text: String) -> String {
        // Where the list separator is a semicolon, as in much of Europe, a cell starts behind each.
        let cells = text.unicodeScalars.split(separator: ";", omittingEmptySubsequences: false)
        return Printable.text(cells.map { (startsFormula($0) ? "'" : "") + String($0) }.joined(separator: ";"))
    }

    /// Blanks and quotes at the start may be dropped before a cell is looked at, and spreadsheets of East Asia take the wide forms of the
    /// signs for the same.
    private static func startsFormula(_ cell: Substring.UnicodeScalarView) -> Bool {
        guard let first = cell.first else { return false }
        if first == "\t" || first == "\r" || first == "\n" { return true }
        let start = cell.first { !$0.properties.isWhitespace && $0 != "\"" }
        return start.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
    }
}

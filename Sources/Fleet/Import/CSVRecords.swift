import RotationModel

/// Reads the records of a CSV file (RFC 4180): quoted fields, with doubled quotes and line breaks in them; LF or CRLF.
struct CSVRecords {
    struct Field {
        var text: String
        /// Tells an empty text from no text.
        var isQuoted: Bool
    }

    struct Record {
        /// The line on which it starts.
        var line: Int
        var content: Result<[Field], RotationError>
    }

    private let file: InputFile
    private var bytes: [UInt8] = []

    /// The longest record that is read.
    static let limit = 1 << 20

    init(_ file: InputFile) { self.file = file }

    /// The next record that is not an empty line; nil at the end.
    ///
    /// After a record that breaks the quoting rules, lines without a comma are passed over with it: they are what is left
    /// of a certificate, and no row begins with one.
    mutating func next() throws(RotationError) -> Record? {
        while true {
            let line = file.line
            bytes.removeAll(keepingCapacity: true)
            let (isThere, isWhole) = try file.appendLine(to: &bytes, limit: CSVRecords.limit)
            guard isThere else { return nil }
            if bytes.isEmpty || bytes == [0x0D] { continue }
            var splitter = CSVSplitter()
            var fits = isWhole && splitter.feed(bytes)
            while fits, splitter.isInQuotes {
                bytes.removeAll(keepingCapacity: true)
                let (isThere, isWhole) = try file.appendLine(to: &bytes, limit: CSVRecords.limit)
                guard isThere else {
                    return Record(line: line, content: .failure(CSVRecords.bad("a quoted field is never closed")))
                }
                splitter.lineBreak()
                fits = isWhole && splitter.feed(bytes)
            }
            if splitter.isBroken {
                try skipRemains()
                return Record(
                    line: line,
                    content: .failure(
                        CSVRecords.bad("a quote stands where RFC 4180 allows none; double it, and quote the field")))
            }
            guard fits else {
                try skipRemains()
                return Record(line: line, content: .failure(CSVRecords.bad("the row is longer than 1 MiB")))
            }
            return Record(line: line, content: splitter.fields())
        }
    }

    private mutating func skipRemains() throws(RotationError) {
        while try file.peek() != nil, try !file.lineAhead().contains(UInt8(ascii: ",")) {
            bytes.removeAll(keepingCapacity: true)
            _ = try file.appendLine(to: &bytes, limit: CSVRecords.limit)
        }
    }

    private static func bad(_ message: String) -> RotationError { RotationError(.badInput, message) }
}

/// Splits one record into its fields, line by line.
private struct CSVSplitter {
    private enum State { case fieldStart, plain, quoted, afterQuote }

    private var state = State.fieldStart
    private var text: [UInt8] = []
    private var ends: [(end: Int, isQuoted: Bool)] = []
    private var isQuoted = false
    private(set) var isBroken = false

    var isInQuotes: Bool { state == .quoted }

    /// Takes a line. False where the record became longer than is read.
    mutating func feed(_ line: [UInt8]) -> Bool {
        for (at, byte) in line.enumerated() {
            switch (state, byte) {
            case (.quoted, UInt8(ascii: "\"")): state = .afterQuote
            case (.quoted, _): text.append(byte)
            case (.afterQuote, UInt8(ascii: "\"")):
                text.append(byte)
                state = .quoted
            case (_, UInt8(ascii: ",")): endField()
            case (_, 0x0D) where at == line.count - 1: break
            case (.afterQuote, _):
                isBroken = true
                state = .plain
            case (.fieldStart, UInt8(ascii: "\"")):
                isQuoted = true
                state = .quoted
            case (_, UInt8(ascii: "\"")): isBroken = true
            default:
                text.append(byte)
                state = .plain
            }
        }
        return text.count <= CSVRecords.limit
    }

    /// A line break within quotes. CRLF is kept as it stands: its CR was fed.
    mutating func lineBreak() { text.append(0x0A) }

    private mutating func endField() {
        ends.append((text.count, isQuoted))
        isQuoted = false
        state = .fieldStart
    }

    mutating func fields() -> Result<[CSVRecords.Field], RotationError> {
        endField()
        var fields: [CSVRecords.Field] = []
        fields.reserveCapacity(ends.count)
        var start = 0
        for (end, isQuoted) in ends {
            guard let field = String(validating: text[start..<end], as: UTF8.self) else {
                return .failure(RotationError(.badInput, "the row is not valid UTF-8"))
            }
            fields.append(CSVRecords.Field(text: field, isQuoted: isQuoted))
            start = end
        }
        return .success(fields)
    }
}

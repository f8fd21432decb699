import RotationModel

/// Splits one record into its fields, line by line.
struct CSVSplitter {
    private enum State { case fieldStart, plain, quoted, afterQuote }

    private var state = State.fieldStart
    private var text: [UInt8] = []
    private var ends: [(end: Int, isQuoted: Bool)] = []
    private var isQuoted = false
    private(set) var isBroken = false

    var isInQuotes: Bool { state == .quoted }
    /// How many fields have ended.
    var completeFields: Int { ends.count }

    /// The text of a field that has ended.
    func completeField(_ index: Int) -> ArraySlice<UInt8>? {
        guard ends.indices.contains(index) else { return nil }
        return text[(index == 0 ? 0 : ends[index - 1].end)..<ends[index].end]
    }

    /// Takes a line. False where the record became longer than is read.
    mutating func feed(_ line: ArraySlice<UInt8>) -> Bool {
        for (at, byte) in zip(line.indices, line) {
            switch (state, byte) {
            case (.quoted, UInt8(ascii: "\"")): state = .afterQuote
            case (.quoted, _): text.append(byte)
            case (.afterQuote, UInt8(ascii: "\"")):
                text.append(byte)
                state = .quoted
            case (_, UInt8(ascii: ",")): endField()
            case (_, 0x0D) where at == line.endIndex - 1: break
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

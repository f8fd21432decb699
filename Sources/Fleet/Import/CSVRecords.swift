import RotationModel

/// Reads the records of a CSV file (RFC 4180): quoted fields, with doubled quotes and line breaks in them; LF or CRLF.
///
/// A quote that is never closed takes what follows into its field, other rows too. So the lines of a record are kept until it has turned out
/// well: where it has not, reading goes on with the first of them that begins a row by itself.
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

    /// What the header tells of how a row looks.
    struct Shape {
        var columns: Int
        /// The column that holds the status.
        var status: Int
    }

    /// Nil until the header was read.
    var shape: Shape?
    private let file: InputFile
    /// Lines that were read with another record and are to be read again, the next one last.
    private var readAgain: [Line] = []
    /// The record's lines after its first.
    private var continuation = CSVLines()

    private struct Line {
        var number: Int
        var bytes: ArraySlice<UInt8>
        /// Whether it is no longer than is read.
        var isWhole: Bool
    }

    /// The longest record that is read.
    static let limit = 1 << 20

    init(_ file: InputFile) { self.file = file }

    /// The next record that is not an empty line; nil at the end.
    mutating func next() throws(RotationError) -> Record? {
        while let line = try nextLine() {
            if line.bytes.isEmpty || line.bytes.elementsEqual([0x0D]) { continue }
            return try record(from: line)
        }
        return nil
    }

    private mutating func record(from first: Line) throws(RotationError) -> Record {
        continuation.removeAll()
        var splitter = CSVSplitter()
        var fits = first.isWhole && splitter.feed(first.bytes)
        var opened = first.number
        while fits, splitter.isInQuotes, !splitter.isBroken {
            guard let line = try nextLine() else {
                return try failed(first, opened: opened, "a quoted field is never closed")
            }
            continuation.append(line.bytes, number: line.number)
            let fields = splitter.completeFields
            splitter.lineBreak()
            fits = line.isWhole && splitter.feed(line.bytes)
            if splitter.isInQuotes, splitter.completeFields > fields { opened = line.number }
        }
        if splitter.isBroken {
            return try failed(
                first, opened: opened, "a quote stands where RFC 4180 allows none; double it, and quote the field")
        }
        guard fits else { return try failed(first, opened: opened, "the row is longer than 1 MiB") }
        if let row = continuation.first(where: { isRow($0, certainly: true) }) {
            return swallowed(first, opened: opened, row)
        }
        return Record(line: first.number, content: splitter.fields())
    }

    // MARK: What went wrong

    /// A record that broke the rules: its lines are given back from the first on that begins a row.
    private mutating func failed(
        _ first: Line, opened: Int, _ problem: String
    ) throws(RotationError) -> Record {
        if let row = continuation.first(where: { isRow($0, certainly: false) }) {
            return swallowed(first, opened: opened, row)
        }
        var last = continuation.lastNumber ?? first.number
        try skipRemains(&last)
        let range = last > first.number ? "; \(CSVRecords.lines(first.number + 1, last)) went with it" : ""
        return Record(line: first.number, content: .failure(RotationError(.badInput, problem + range)))
    }

    /// A quote that was not closed before another row began.
    private mutating func swallowed(_ first: Line, opened: Int, _ row: Int) -> Record {
        let number = continuation.number(row)
        for index in continuation.indices.reversed() where index >= row {
            readAgain.append(Line(number: continuation.number(index), bytes: continuation[index], isWhole: true))
        }
        let range =
            number > first.number + 1 ? ", and \(CSVRecords.lines(first.number + 1, number - 1)) went with it" : ""
        return Record(
            line: first.number,
            content: .failure(
                RotationError(
                    .badInput,
                    "the quote that opens on line \(opened) is not closed before the next row begins on line \(number)\(range)",
                    advice: "close it at the end of its field")))
    }

    private static func lines(_ first: Int, _ last: Int) -> String {
        first == last ? "line \(first)" : "lines \(first) to \(last)"
    }

    /// Passes over what is left of a certificate: no row begins with a line without a comma, or with one that breaks the rules itself.
    private mutating func skipRemains(_ last: inout Int) throws(RotationError) {
        while let line = try nextLine() {
            var splitter = CSVSplitter()
            let fits = line.isWhole && splitter.feed(line.bytes)
            if line.bytes.contains(UInt8(ascii: ",")), !fits || !splitter.isBroken {
                readAgain.append(line)
                return
            }
            last = line.number
        }
    }

    /// Whether a row begins on this line of another one's quoted field.
    ///
    /// - Parameter certainly: Whether nothing else is wrong with the record: then a field may well hold lines with commas.
    private func isRow(_ line: ArraySlice<UInt8>, certainly: Bool) -> Bool {
        guard let shape, line.contains(UInt8(ascii: ",")) else { return false }
        var splitter = CSVSplitter()
        guard splitter.feed(line), !splitter.isBroken else { return false }
        let isComplete = !splitter.isInQuotes && splitter.completeFields == shape.columns - 1
        guard isComplete || (splitter.isInQuotes && splitter.completeFields < shape.columns) else { return false }
        let status: String? =
            if let field = splitter.completeField(shape.status) {
                String(decoding: field, as: UTF8.self)
            } else {
                nil
            }
        if let status, CertificateStatus(rawValue: status) != nil { return true }
        return !certainly && (isComplete || status != nil)
    }

    // MARK: Lines

    private mutating func nextLine() throws(RotationError) -> Line? {
        if let line = readAgain.popLast() { return line }
        let number = file.line
        var bytes: [UInt8] = []
        let (isThere, isWhole) = try file.appendLine(to: &bytes, limit: CSVRecords.limit)
        return isThere ? Line(number: number, bytes: bytes[...], isWhole: isWhole) : nil
    }
}

/// Lines one after the other in one array, by their numbers.
private struct CSVLines {
    private var bytes: [UInt8] = []
    private var ends: [(number: Int, end: Int)] = []

    var indices: Range<Int> { ends.indices }
    var lastNumber: Int? { ends.last?.number }

    func number(_ index: Int) -> Int { ends[index].number }

    subscript(index: Int) -> ArraySlice<UInt8> { bytes[(index == 0 ? 0 : ends[index - 1].end)..<ends[index].end] }

    mutating func append(_ line: ArraySlice<UInt8>, number: Int) {
        bytes.append(contentsOf: line)
        ends.append((number, bytes.count))
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    func first(where isWanted: (ArraySlice<UInt8>) -> Bool) -> Int? { indices.first { isWanted(self[$0]) } }
}

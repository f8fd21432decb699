/// Bytes that come piece by piece, cut into lines.
struct LineBuffer {
    /// The most bytes that a line may have, its end left out.
    let longest: Int
    private var bytes: [UInt8] = []
    /// Where the first line that was not handed out starts, and how far the search for its end has come.
    private var start = 0
    private var searched = 0

    init(longest: Int) { self.longest = longest }

    mutating func append(_ more: ArraySlice<UInt8>) { bytes += more }

    /// The next whole line without its end; nil where none is there yet.
    mutating func next() -> [UInt8]? {
        guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            bytes.removeFirst(start)
            (start, searched) = (0, bytes.count)
            return nil
        }
        defer { (start, searched) = (end + 1, end + 1) }
        return Array(bytes[start..<end])
    }

    /// What came after the last line that was handed out.
    var rest: ArraySlice<UInt8> { bytes[start...] }

    /// Whether that is more than a line may have.
    var isTooLong: Bool { rest.count > longest }

    /// Forgets it.
    mutating func dropRest() { (bytes, start, searched) = ([], 0, 0) }
}

import RotationModel
import System

/// A file that is read once, from its start, in pieces: however large it is, little of it is in memory.
///
/// A byte-order mark at the start is passed over. Counts lines from 1.
final class InputFile {
    /// The name that rows of it are reported under.
    let name: String
    let size: Int64
    /// Bytes handed out so far.
    private(set) var position: Int64 = 0
    /// The line of the next byte.
    private(set) var line = 1

    private let file: OpenFile
    private let path: String
    private var buffer: [UInt8]
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    /// - Throws: ``RotationError`` where the file is missing, not a file, unreadable, empty, or in UTF-16.
    init(_ path: String, named name: String) throws(RotationError) {
        self.path = path
        self.name = name
        let found: FileIdentity
        do {
            let opened = try OpenFile(reading: path)
            found = try opened.identity()
            file = opened
        } catch {
            throw RotationError(
                error.isDenied ? .permission : .io, "the file cannot be read: \(error)", at: path)
        }
        size = found.size
        buffer = [UInt8](repeating: 0, count: 1 << 17)
        guard found.kind == .regular else {
            throw RotationError(
                .badInput, found.kind == .folder ? "this is a folder, not a file" : "this is not a file", at: path,
                advice: "name the file; only aws-iot input is a folder")
        }
        try fill()
        guard end > 0 else { throw RotationError(.badInput, "the file is empty", at: path) }
        if buffer[0..<end].starts(with: [0xFF, 0xFE]) || buffer[0..<end].starts(with: [0xFE, 0xFF]) {
            throw RotationError(.badInput, "the file is in UTF-16", at: path, advice: "save it as UTF-8")
        }
        if buffer[0..<end].starts(with: [0xEF, 0xBB, 0xBF]) { (start, position) = (3, 3) }
    }

    private func fill() throws(RotationError) {
        guard start == end, !isAtEnd else { return }
        (start, end) = (0, 0)
        end = try read(behind: 0)
        isAtEnd = end == 0
    }

    private func read(behind place: Int) throws(RotationError) -> Int {
        do {
            return try buffer.withUnsafeMutableBytes { buffer throws(SystemError) in
                try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[place...]))
            }
        } catch {
            throw RotationError(.io, "reading failed: \(error)", at: path)
        }
    }

    // MARK: Bytes

    /// The next byte, which stays where it is; nil at the end.
    func peek() throws(RotationError) -> UInt8? {
        try fill()
        return start < end ? buffer[start] : nil
    }

    /// Passes over the byte that ``peek()`` showed.
    func advance() {
        guard start < end else { return }
        if buffer[start] == UInt8(ascii: "\n") { line += 1 }
        start += 1
        position += 1
    }

    // MARK: Lines

    /// What comes next, to the end of its line or for as much of it as is read ahead; it stays where it is.
    func lineAhead() throws(RotationError) -> ArraySlice<UInt8> {
        try fill()
        if !isAtEnd, start > 0, !buffer[start..<end].contains(0x0A) {
            let rest = Array(buffer[start..<end])
            buffer.replaceSubrange(0..<rest.count, with: rest)
            (start, end) = (0, rest.count)
            end += try read(behind: end)
        }
        let rest = buffer[start..<end]
        return rest.firstIndex(of: 0x0A).map { rest[..<$0] } ?? rest
    }

    /// Appends the next line to `bytes`, without its line feed.
    ///
    /// - Parameter limit: Of a longer line no more than this is appended; the rest is passed over.
    /// - Returns: Whether there was a line, and whether it was within the limit.
    func appendLine(to bytes: inout [UInt8], limit: Int) throws(RotationError) -> (isThere: Bool, fits: Bool) {
        var isThere = false
        var fits = true
        while true {
            try fill()
            guard start < end else { return (isThere, fits) }
            isThere = true
            let (found, length) = buffer.withUnsafeBytes { all -> (Bool, Int) in
                let rest = UnsafeRawBufferPointer(rebasing: all[start..<end])
                return Bytes.place(of: UInt8(ascii: "\n"), in: rest).map { (true, $0) } ?? (false, rest.count)
            }
            let kept = min(length, max(0, limit - bytes.count))
            if kept < length { fits = false }
            bytes.append(contentsOf: buffer[start..<start + kept])
            start += length
            position += Int64(length)
            if found {
                start += 1
                position += 1
                line += 1
                return (true, fits)
            }
        }
    }
}

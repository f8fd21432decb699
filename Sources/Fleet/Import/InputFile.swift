import RotationModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

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

    private let descriptor: CInt
    private let path: String
    private var buffer: [UInt8]
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    /// - Throws: ``RotationError`` where the file is missing, not a file, unreadable, empty, or in UTF-16.
    init(_ path: String, named name: String) throws(RotationError) {
        self.path = path
        self.name = name
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = errno
            throw RotationError(
                reason == EACCES ? .permission : .io, "the file cannot be read: \(String(cString: strerror(reason)))",
                at: path)
        }
        var status = stat()
        fstat(descriptor, &status)
        size = Int64(status.st_size)
        buffer = [UInt8](repeating: 0, count: 1 << 17)
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw RotationError(
                .badInput, status.st_mode & S_IFMT == S_IFDIR ? "this is a folder, not a file" : "this is not a file",
                at: path,
                advice: "name the file; only aws-iot input is a folder")
        }
        try fill()
        guard end > 0 else { throw RotationError(.badInput, "the file is empty", at: path) }
        if buffer[0..<end].starts(with: [0xFF, 0xFE]) || buffer[0..<end].starts(with: [0xFE, 0xFF]) {
            throw RotationError(.badInput, "the file is in UTF-16", at: path, advice: "save it as UTF-8")
        }
        if buffer[0..<end].starts(with: [0xEF, 0xBB, 0xBF]) { (start, position) = (3, 3) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    private func fill() throws(RotationError) {
        guard start == end, !isAtEnd else { return }
        (start, end) = (0, 0)
        var count: Int
        repeat { count = read(descriptor, &buffer, buffer.count) } while count < 0 && errno == EINTR
        guard count >= 0 else {
            throw RotationError(.io, "reading failed: \(String(cString: strerror(errno)))", at: path)
        }
        end = count
        isAtEnd = count == 0
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
            let count = buffer.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress.map { $0 + end }, $0.count - end)
            }
            end += max(0, count)
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
                guard let base = all.baseAddress, let hit = memchr(base + start, 0x0A, end - start) else {
                    return (false, end - start)
                }
                return (true, UnsafeRawPointer(hit) - (base + start))
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

import NIOCore

/// An answer on its way out, in pieces: a slow client costs one of them, and shows by each whether it still reads.
struct AnswerInProgress {
    private static let piece = 64 * 1024

    private var head: String?
    private var rest: ArraySlice<UInt8>
    /// Pieces that were handed on, and that have left.
    private(set) var (written, left) = (0, 0)

    init() { (head, rest) = (nil, []) }

    init(_ bytes: ResponseBytes) { (head, rest) = (bytes.head, bytes.body[...]) }

    var isOnItsWay: Bool { left < written }
    var isDone: Bool { head == nil && rest.isEmpty && !isOnItsWay }

    /// Nil where there is nothing more.
    mutating func next() -> ByteBuffer? {
        guard head != nil || !rest.isEmpty else { return nil }
        var buffer = ByteBuffer()
        if let head { buffer.writeString(head) }
        head = nil
        buffer.writeBytes(rest.prefix(AnswerInProgress.piece))
        rest = rest.dropFirst(AnswerInProgress.piece)
        written += 1
        return buffer
    }

    /// - Returns: False where it is not the piece that was on its way.
    mutating func arrived(_ number: Int) -> Bool {
        guard number == left + 1 else { return false }
        left += 1
        return true
    }
}

import Basics
import RotationModel

/// The name of a file in the spool: `20261201T000000Z-0123456789abcdef.json`. Sorted by bytes, names stand in the order of their times.
///
/// No two files ever have one name: 64 of its bits are random, and a file never takes the place of another.
package struct SpoolName: Hashable, Sendable {
    package let text: String
    package let time: Timestamp

    static let suffix = ".json"
    private static let randomBytes = 8

    init(at time: Timestamp, using random: inout some RandomNumberGenerator) {
        self.time = time
        let bytes = (0..<SpoolName.randomBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        text = "\(time.compact)-\(Hex.encode(bytes))\(SpoolName.suffix)"
    }

    /// Nil where the text is no such name.
    package init?(_ text: String) {
        let utf8 = Array(text.utf8)
        guard utf8.count == 38, text.hasSuffix(SpoolName.suffix), utf8[16] == UInt8(ascii: "-"),
            let time = SpoolName.time(utf8[..<16]),
            utf8[17..<33].allSatisfy({ SpoolName.isLowerHex($0) })
        else { return nil }
        (self.text, self.time) = (text, time)
    }

    /// Of the form that ``Timestamp/compact`` has.
    private static func time(_ compact: ArraySlice<UInt8>) -> Timestamp? {
        let text = String(decoding: compact, as: UTF8.self)
        let (day, clock) = (text.prefix(8), text.dropFirst(9).prefix(6))
        func pair(_ from: Substring, _ place: Int) -> Substring { from.dropFirst(place).prefix(2) }
        let written =
            "\(day.prefix(4))-\(pair(day, 4))-\(pair(day, 6))T\(pair(clock, 0)):\(pair(clock, 2)):\(pair(clock, 4))Z"
        guard let time = Timestamp(rfc3339: written), time.compact == text else { return nil }
        return time
    }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

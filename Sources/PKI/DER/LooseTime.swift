import RotationModel

/// Times of certificates in the field that are not written as RFC 5280 wants them (X.680, 46 and 47): without seconds, with a
/// fraction, in another time zone, or with four digits of the year where two belong.
enum LooseTime {
    /// Nil where the text is no time. A fraction of a second is dropped, so that a certificate is never thought to last longer than it
    /// does; a time without a zone is taken for UTC.
    static func read(_ content: ArraySlice<UInt8>, isGeneral: Bool) -> Timestamp? {
        guard content.count <= 40 else { return nil }
        var scanner = DigitScanner(rest: content)
        let digits = scanner.digits()
        let isLongYear = isGeneral || digits.count == 14
        let fraction = scanner.fraction()
        guard let offset = scanner.offset(), scanner.isAtEnd else { return nil }
        let yearDigits = isLongYear ? 4 : 2
        guard digits.count >= yearDigits + 6, digits.count <= yearDigits + 10, digits.count.isMultiple(of: 2) else {
            return nil
        }
        let pairs = stride(from: yearDigits, to: digits.count, by: 2).map { digits[$0] * 10 + digits[$0 + 1] }
        var year = digits[..<yearDigits].reduce(0) { $0 * 10 + $1 }
        if !isLongYear { year += year < 50 ? 2000 : 1900 }
        return time(year: year, pairs, fraction: fraction, offset: offset)
    }

    /// - Parameter pairs: month, day, hour and, as far as they are written, minute and second.
    private static func time(year: Int, _ pairs: [Int], fraction: (value: Int, scale: Int)?, offset: Int) -> Timestamp?
    {
        let (minute, second) = (pairs.count > 3 ? pairs[3] : 0, pairs.count > 4 ? pairs[4] : 0)
        // A leap second, and midnight at a day's end.
        let isLeap = second == 60, isMidnight = pairs[2] == 24 && minute == 0 && second == 0
        let parts = Timestamp.Components(
            year: year, month: pairs[0], day: pairs[1], hour: isMidnight ? 23 : pairs[2], minute: minute,
            second: isLeap ? 59 : second)
        guard let whole = Timestamp(parts) else { return nil }
        let unit = pairs.count > 4 ? 1 : pairs.count > 3 ? 60 : 3600
        let extra = fraction.map { $0.value * unit / $0.scale } ?? 0
        return whole + TimeSpan(seconds: Int64(extra + (isLeap ? 1 : 0) + (isMidnight ? 3600 : 0) - offset))
    }
}

/// Takes the text of a time apart from its start.
private struct DigitScanner {
    var rest: ArraySlice<UInt8>
    var isAtEnd: Bool { rest.isEmpty }

    mutating func digits() -> [Int] {
        let found = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest[found.endIndex...]
        return found.map { Int($0 - UInt8(ascii: "0")) }
    }

    /// What stands after a point or a comma, if there is one; no more digits count than a second's millionth has.
    mutating func fraction() -> (value: Int, scale: Int)? {
        guard let first = rest.first, first == UInt8(ascii: ".") || first == UInt8(ascii: ",") else { return nil }
        rest = rest.dropFirst()
        return digits().prefix(6).reduce((0, 1)) { ($0.0 * 10 + $1, $0.1 * 10) }
    }

    /// Seconds that the time zone is ahead of UTC; nil where something else stands there.
    mutating func offset() -> Int? {
        guard let sign = rest.first else { return 0 }
        rest = rest.dropFirst()
        if sign == UInt8(ascii: "Z") { return 0 }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        let digits = digits()
        guard digits.count == 4 || digits.count == 2 else { return nil }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits.count == 4 ? digits[2] * 10 + digits[3] : 0)
        guard hours < 24, minutes < 60 else { return nil }
        return (sign == UInt8(ascii: "+") ? 60 : -60) * (hours * 60 + minutes)
    }
}

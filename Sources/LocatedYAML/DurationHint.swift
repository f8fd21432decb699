import RotationModel

/// What is wrong with a duration, where that can be guessed.
enum DurationHint {
    static func help(for text: String) -> String? {
        if let number = Int(text) {
            return number < 0 ? "a duration is not negative" : "a duration has a unit: `\(number)d` for days"
        }
        let compact = String(text.lowercased().filter { $0 != " " })
        if let span = TimeSpan(compact) { return span > .zero && compact != text ? "did you mean `\(compact)`?" : nil }
        return ofFraction(compact) ?? ofSeveralUnits(compact) ?? ofOneUnit(compact)
    }

    /// `1.5d`
    private static func ofFraction(_ text: String) -> String? {
        guard let mark = text.firstIndex(where: { $0 == "." || $0 == "," }), let unit = text.last,
            let one = TimeSpan("1\(unit)"), let whole = Int64(text[..<mark])
        else { return nil }
        let digits = text[text.index(after: mark)...].dropLast()
        guard (1...6).contains(digits.utf8.count), digits.utf8.allSatisfy(isDigit), let fraction = Int64(digits),
            (0...TimeSpan.longest.seconds).contains(whole)
        else { return nil }
        let scale = digits.reduce(Int64(1)) { scale, _ in scale * 10 }
        let (seconds, rest) = ((whole * scale + fraction) * one.seconds).quotientAndRemainder(dividingBy: scale)
        let span = TimeSpan(seconds: seconds)
        let isExact = rest == 0 && seconds > 0 && span <= .longest
        return "a duration is a whole number of one unit, such as \(isExact ? "`\(span)`" : "36h")"
    }

    /// `90d12h`
    private static func ofSeveralUnits(_ text: String) -> String? {
        var (sum, count, digits) = (Int64(0), 0, "")
        for character in text {
            if character.utf8.allSatisfy(isDigit) {
                digits.append(character)
            } else {
                guard let span = TimeSpan(digits + String(character)), sum <= TimeSpan.longest.seconds else {
                    return nil
                }
                (sum, count, digits) = (sum + span.seconds, count + 1, "")
            }
        }
        let span = TimeSpan(seconds: sum)
        guard count > 1, digits.isEmpty, span > .zero, span <= .longest else { return nil }
        return "write one unit: `\(span)`"
    }

    /// `90days`, and `999999d`.
    private static func ofOneUnit(_ text: String) -> String? {
        let digits = text.prefix { $0.utf8.allSatisfy(isDigit) }
        let unit = text.dropFirst(digits.count)
        guard !digits.isEmpty, let first = unit.first, TimeSpan("1\(first)") != nil, unit.allSatisfy(\.isLetter) else {
            return nil
        }
        if let span = TimeSpan("\(digits)\(first)") { return span > .zero ? "did you mean `\(digits)\(first)`?" : nil }
        return "the longest is \(TimeSpan.longest)"
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

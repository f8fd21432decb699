import RotationModel

// Each of these reports what is wrong with the value and returns nil, so that reading goes on.
extension LocatedValue {
    /// The text of a scalar, whatever it looks like: `111122223333` and `no` are texts as they stand.
    ///
    /// - Parameter expected: what would be right, for the message: `a name`.
    package func text(_ expected: String = "a text") -> String? {
        switch content {
        case .scalar(let text, _): return text
        case .refused: return nil
        case .nothing: report("`\(name)` has no value", help: "write \(expected)", rule: .missingValue)
        case .sequence: report("`\(name)` is a list", help: "write \(expected)", rule: .wrongType)
        case .mapping: report("`\(name)` is a mapping", help: "write \(expected)", rule: .wrongType)
        }
        return nil
    }

    /// A text with at least one character.
    package func word(_ expected: String) -> String? {
        guard let text = text(expected) else { return nil }
        if !text.isEmpty { return text }
        report("`\(name)` is empty", help: "write \(expected)", rule: .missingValue)
        return nil
    }

    /// A text with at least one character and at most `longest`, without control characters.
    package func line(_ expected: String = "a text", longest: Int = 200) -> String? {
        guard let text = text(expected) else { return nil }
        if text.isEmpty {
            report("`\(name)` is empty", help: "write \(expected)", rule: .missingValue)
        } else if text.count > longest {
            report("`\(name)` is \(text.count) characters long", help: "at most \(longest) are allowed")
        } else if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            report("`\(name)` holds a control character or a line break", help: "write \(expected) on one line")
        } else {
            return text
        }
        return nil
    }

    package func integer(in range: ClosedRange<Int>) -> Int? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let text = word(expected) else { return nil }
        if case .scalar(_, isQuoted: true) = content {
            report(
                "`\(name)` is a text, not a number",
                help: Int(text) == nil ? "write \(expected)" : "write it without quotes", rule: .wrongType)
            return nil
        }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            report("`\(text)` is not a whole number", help: "write \(expected)")
            return nil
        }
        guard let number = Int(text), range.contains(number) else {
            report("\(text) is out of range", help: "write \(expected)")
            return nil
        }
        return number
    }

    package func boolean() -> Bool? {
        guard let text = word("true or false") else { return nil }
        switch text {
        case "true": return true
        case "false": return false
        default:
            report("`\(text)` is neither true nor false", help: "write true or false")
            return nil
        }
    }

    /// A duration: `90d`, `12h`, `30m`, `45s`, `2w`.
    package func timeSpan() -> TimeSpan? {
        let expected = "a duration such as 30d, 12h, 30m or 2w"
        guard let text = word(expected) else { return nil }
        if let span = TimeSpan(text) { return span }
        report("`\(text)` is not a duration", help: DurationHint.help(for: text) ?? "write \(expected)")
        return nil
    }

    /// A time: a date, which is its midnight in UTC, or RFC 3339 with seconds and a zone.
    package func timestamp() -> Timestamp? {
        let expected = "a date such as 2026-06-01, or a time such as 2026-06-01T12:00:00Z"
        guard let text = word(expected) else { return nil }
        if let time = Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z") { return time }
        let hasNoZone = Timestamp(rfc3339: text + "Z") != nil
        report(
            "`\(text)` is not a date", help: hasNoZone ? "a time has a zone: `\(text)Z` for UTC" : "write \(expected)")
        return nil
    }

    /// A percentage: `33%`, `0.5%`.
    package func share() -> Share? {
        let expected = "a percentage from 0% to 100%, such as 5% or 0.5%"
        guard let text = word(expected) else { return nil }
        if let share = Share(text) { return share }
        report(
            "`\(text)` is not a percentage",
            help: Share(text + "%") != nil ? "did you mean `\(text)%`?" : "write \(expected)")
        return nil
    }

    /// A word of a fixed choice.
    package func choice<Choice>(_ choices: [(name: String, value: Choice)], what: String) -> Choice? {
        let names = choices.map(\.name)
        let listed = names.joined(separator: ", ")
        guard let text = word("one of: \(listed)") else { return nil }
        if let found = choices.first(where: { $0.name == text }) { return found.value }
        report("unknown \(what) `\(text)`", help: Suggestion.help(for: text, among: names), rule: .unknownWord)
        return nil
    }
}

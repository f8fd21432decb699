import LocatedYAML

/// One window, and one freeze.
enum WindowReader {
    static func window(_ value: LocatedValue) -> RolloutWindow? {
        value.mapping("the window") { reader -> RolloutWindow? in
            let days = reader.required("days", like: "Mon-Fri").flatMap(days)
            let fromValue = reader.required("from", like: "\"01:00\"")
            let from = fromValue?.timeOfDay()
            let toValue = reader.required("to", like: "\"05:00\"")
            let to = toValue?.timeOfDay()
            let zone = zone(reader)
            if from == .endOfDay {
                fromValue?.report("a day's last minute starts at 23:59", help: "did you mean `00:00`?")
                return nil
            }
            guard let days, let from, let to, let zone else { return nil }
            // 00:00 of the next day is the same moment as 24:00.
            if let window = RolloutWindow(days: days, from: from, to: to, zone: zone) { return window }
            toValue?.report(
                "the window ends when it starts: nothing fits in",
                help: "for a whole day write from: \"00:00\", to: \"24:00\"", rule: .neverOpen)
            return nil
        } ?? nil
    }

    static func freeze(_ value: LocatedValue) -> RolloutFreeze? {
        value.mapping("the freeze") { reader -> RolloutFreeze? in
            let from = reader.required("from", like: "2026-12-20")?.calendarDay()
            let untilValue = reader.required("until", like: "2027-01-03")
            let until = untilValue?.calendarDay()
            let whyValue = reader.optional("why")
            let why = whyValue?.line("what it is for")
            let zone = zone(reader)
            guard let from, let until, let zone, (why == nil) == (whyValue == nil) else { return nil }
            if let freeze = RolloutFreeze(from: from, until: until, why: why, zone: zone) { return freeze }
            untilValue?.report(
                "the freeze ends (\(until)) before it starts (\(from))",
                help: "did you mean from: \(until), until: \(from)?", rule: .neverOpen)
            return nil
        } ?? nil
    }

    // MARK: Parts

    /// Nil, and reported, where it names no zone.
    private static func zone(_ reader: MappingReader) -> ZoneClock? {
        guard let value = reader.optional("zone") else { return .utc }
        guard let name = value.word("a zone such as Europe/Berlin") else { return nil }
        if let zone = ZoneClock(name) { return zone }
        value.report("there is no time zone `\(name)`", help: zoneHelp(for: name), rule: .unknownName)
        return nil
    }

    private static func zoneHelp(for name: String) -> String {
        let city = name.lowercased()
        // Whoever writes `Berlin` or `CET` is shown what zones are called.
        let meant =
            Suggestion.nearest(to: name, among: ZoneClock.names)
            ?? ZoneClock.names.first { $0.lowercased().hasSuffix("/" + city) }
        return meant.map { "did you mean `\($0)`?" }
            ?? "write a name of the IANA time zone database, such as Europe/Berlin or America/New_York, or UTC"
    }

    /// `daily`, `Mon-Fri`, or a list of days and ranges.
    private static func days(_ value: LocatedValue) -> Set<Weekday>? {
        guard let values = value.oneOrMore("Mon-Fri, daily, or a list of days") else { return nil }
        var found: Set<Weekday> = []
        var isWhole = true
        for one in values {
            guard let days = range(one) else {
                isWhole = false
                continue
            }
            if !found.isDisjoint(with: days) {
                one.report("`\(one.text() ?? "")` stands twice", help: "name each day once", rule: .duplicateValue)
                isWhole = false
            }
            found.formUnion(days)
        }
        return isWhole ? found : nil
    }

    /// One day, or all days from one to another, over the end of the week too.
    private static func range(_ value: LocatedValue) -> Set<Weekday>? {
        guard let text = value.word("Mon, Mon-Fri or daily") else { return nil }
        if text == "daily" { return Set(Weekday.allCases) }
        let names = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        let known = Weekday.allCases.map(\.rawValue)
        for name in names.prefix(2) where Weekday(rawValue: name) == nil {
            let choices = names.count == 1 ? known + ["daily"] : known
            let prefix = known.first { name.lowercased().hasPrefix($0.lowercased()) }
            value.report(
                "unknown day `\(name)`",
                help: prefix.map { "did you mean `\($0)`?" } ?? Suggestion.help(for: name, among: choices),
                rule: .unknownWord)
            return nil
        }
        guard names.count <= 2, let first = Weekday(rawValue: names[0]) else {
            value.report("`\(text)` is no range of days", help: "write it as Mon-Fri")
            return nil
        }
        guard names.count == 2, let last = Weekday(rawValue: names[1]) else { return [first] }
        var days: Set<Weekday> = [first]
        var day = first
        while day != last {
            day = day.next
            days.insert(day)
        }
        return days
    }
}

extension Weekday {
    fileprivate var next: Weekday {
        let days = Weekday.allCases
        return days[((days.firstIndex(of: self) ?? 0) + 1) % days.count]
    }
}

extension LocatedValue {
    /// A time of day: `01:00`.
    fileprivate func timeOfDay() -> TimeOfDay? {
        let expected = "hours and minutes from \"00:00\" to \"24:00\""
        guard let text = word(expected) else { return nil }
        if let time = TimeOfDay(text) { return time }
        let padded = text.split(separator: ":").map { $0.count == 1 ? "0\($0)" : String($0) }.joined(separator: ":")
        report(
            "`\(text)` is not a time of day",
            help: TimeOfDay(padded) != nil ? "did you mean `\(padded)`?" : "write \(expected)")
        return nil
    }

    /// A day: `2026-12-20`.
    fileprivate func calendarDay() -> CalendarDay? {
        let expected = "a day such as 2026-12-20"
        guard let text = word(expected) else { return nil }
        if let day = CalendarDay(text) { return day }
        let start = String(text.prefix(10))
        report(
            "`\(text)` is not a day",
            help: text.count > 10 && CalendarDay(start) != nil
                ? "a freeze is of whole days: write `\(start)`" : "write \(expected)")
        return nil
    }
}

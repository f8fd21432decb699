import LocatedYAML
import RotationModel
import Testing

@Suite("Values that are read")
struct ValueTests {
    /// Reads the value of `a` in `a: text`.
    private func read<Value>(_ text: String, _ body: (LocatedValue) -> Value?) -> (value: Value?, told: [Diagnostic]) {
        let document = parse("a: \(text)\n")
        let value = document.root?.mapping("the file") { $0.required("a", like: "x").flatMap(body) } ?? nil
        return (value, document.log.diagnostics)
    }

    @Test(
        "Texts are taken as they are written, whatever YAML 1.1 would make of them",
        arguments: [
            ("111122223333", "111122223333"), ("no", "no"), ("01:00", "01:00"), ("0777", "0777"),
            ("2026-12-20", "2026-12-20"),
            ("\"quoted\"", "quoted"), ("'it''s'", "it's"), ("1.50", "1.50"), ("true", "true"), ("\"\"", ""),
            ("日本", "日本"),
        ])
    func literal(written: String, text: String) {
        let (value, told) = read(written) { $0.text() }
        #expect(value == text)
        #expect(told.isEmpty)
    }

    @Test(
        "What has another type is told with what would be right",
        arguments: [
            ("", "`a` has no value", "write a text"), ("~", "`a` has no value", "write a text"),
            ("[x]", "`a` is a list", "write a text"), ("{ b: c }", "`a` is a mapping", "write a text"),
        ])
    func noText(written: String, message: String, help: String) {
        let (value, told) = read(written) { $0.text() }
        #expect(value == nil)
        #expect(told.map(\.message) == [message])
        #expect(told.map(\.help) == [help])
    }

    @Test(
        "Whole numbers",
        arguments: [
            ("5", 5, nil), ("-3", -3, nil), ("\"5\"", nil, "write it without quotes"), ("5.0", nil, nil),
            ("0x10", nil, nil),
            ("1_000", nil, nil), ("1000001", nil, "write a whole number from -10 to 1000000"), ("+5", nil, nil),
            ("99999999999999999999", nil, nil),
        ] as [(String, Int?, String?)])
    func integers(written: String, number: Int?, help: String?) {
        let (value, told) = read(written) { $0.integer(in: -10...1_000_000) }
        #expect(value == number)
        #expect(told.count == (number == nil ? 1 : 0))
        if let help { #expect(told.first?.help == help) }
    }

    @Test(
        "Truth is true or false and nothing else",
        arguments: [
            ("true", true), ("false", false), ("yes", nil), ("True", nil), ("1", nil),
        ] as [(String, Bool?)])
    func booleans(written: String, truth: Bool?) {
        let (value, told) = read(written) { $0.boolean() }
        #expect(value == truth)
        #expect(told.isEmpty == (truth != nil))
    }

    @Test(
        "A duration that is none is told with the one that was meant",
        arguments: [
            ("30d", TimeSpan.days(30), ""), ("2w", .days(14), ""), ("30", nil, "a duration has a unit: `30d` for days"),
            ("30 d", nil, "did you mean `30d`?"), ("30D", nil, "did you mean `30d`?"),
            ("30 days", nil, "did you mean `30d`?"),
            ("-5", nil, "a duration is not negative"), ("999999d", nil, "the longest is 73000d"),
            ("99999999999999999999d", nil, "the longest is 73000d"),
            ("1.5d", nil, "a duration is a whole number of one unit, such as `36h`"),
            ("2,5h", nil, "a duration is a whole number of one unit, such as `150m`"),
            ("0.5s", nil, "a duration is a whole number of one unit, such as 36h"),
            ("90d12h", nil, "write one unit: `2172h`"), ("1h 30m", nil, "write one unit: `90m`"),
            ("1d1x", nil, "write a duration such as 30d, 12h, 30m or 2w"),
            ("soon", nil, "write a duration such as 30d, 12h, 30m or 2w"),
        ] as [(String, TimeSpan?, String)])
    func durations(written: String, span: TimeSpan?, help: String) {
        let (value, told) = read(written) { $0.timeSpan() }
        #expect(value == span)
        #expect(told.map(\.help) == (span == nil ? [help] : []))
    }

    @Test(
        "A time is a date, which is its midnight in UTC, or RFC 3339",
        arguments: [
            ("2026-06-01", 1_780_272_000, ""), ("\"2026-06-01\"", 1_780_272_000, ""),
            ("2026-06-01T12:00:00Z", 1_780_315_200, ""), ("\"2026-06-01 02:00:00+02:00\"", 1_780_272_000, ""),
            ("2026-06-01T12:00:00", nil, "a time has a zone: `2026-06-01T12:00:00Z` for UTC"),
            ("2026-06-31", nil, "write a date such as 2026-06-01, or a time such as 2026-06-01T12:00:00Z"),
            ("1.6.2026", nil, "write a date such as 2026-06-01, or a time such as 2026-06-01T12:00:00Z"),
        ] as [(String, Int64?, String)])
    func timestamps(written: String, seconds: Int64?, help: String) {
        let (value, told) = read(written) { $0.timestamp() }
        #expect(value?.seconds == seconds)
        #expect(told.map(\.help) == (seconds == nil ? [help] : []))
    }

    @Test(
        "A percentage needs its sign",
        arguments: [("5%", Share("5%"), ""), ("5", nil, "did you mean `5%`?")] as [(String, Share?, String)])
    func shares(written: String, share: Share?, help: String) {
        let (value, told) = read(written) { $0.share() }
        #expect(value == share)
        #expect(told.map(\.help) == (share == nil ? [help] : []))
    }

    @Test("One value stands for a list of one; an empty list is told")
    func oneOrMore() {
        #expect(read("x") { $0.oneOrMore("words")?.compactMap { $0.text() } }.value == ["x"])
        #expect(read("[x, y]") { $0.oneOrMore("words")?.compactMap { $0.text() } }.value == ["x", "y"])
        #expect(read("[]") { $0.oneOrMore("words") }.told.map(\.message) == ["`a` is an empty list"])
    }

    @Test("A misspelt key is told with the one that was meant; a strange one with all there are")
    func unknownKeys() {
        let document = parse("renewBefor: 1\nOVERLAP: 2\nzzz: 3\nspraed: 4\n")
        _ = document.root?.mapping("`expiry`") { reader in
            for key in ["renewBefore", "spread", "overlap"] { _ = reader.optional(key) }
        }
        #expect(
            document.log.diagnostics.map(\.help) == [
                "did you mean `renewBefore`?", "did you mean `overlap`?", "one of: renewBefore, spread, overlap",
                "did you mean `spread`?",
            ])
    }

    @Test("A missing key, an unknown key and an unknown choice are all told at once")
    func allAtOnce() {
        let document = parse("waves: [1%]\nsize: smal\n")
        _ = document.root?.mapping("the thing") { reader in
            _ = reader.required("name", like: "x")
            _ = reader.optional("size")?.choice([("small", 1), ("large", 2)], what: "size")
        }
        #expect(
            Set(document.told) == [
                "1:1: the thing has no `name`",
                "1:1: unknown key `waves` in the thing",
                "2:7: unknown size `smal`",
            ])
    }

    @Test("Of thousands of words the near one is suggested, and otherwise some are listed")
    func manyWords() {
        let words = (0..<5000).map { "profile-\($0)" }
        #expect(Suggestion.help(for: "Profiel-7", among: words) == "did you mean `profile-7`?")
        let help = Suggestion.help(for: "colour", among: words)
        #expect(help.hasPrefix("one of: profile-0, profile-1, ") && help.hasSuffix(", …") && help.count < 1000)
        #expect(Suggestion.nearest(to: "GRÜN", among: ["gruen", "grün"]) == "grün")
    }
}

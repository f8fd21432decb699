import Foundation
import RotationModel
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "RFC 3339 text is read to the second",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-12-01T00:00:00Z", 1_796_083_200), ("2000-02-29T23:59:59Z", 951_868_799),
            ("1969-12-31T23:59:59Z", -1), ("2026-12-01T01:00:00+01:00", 1_796_083_200),
            ("2026-11-30T19:30:00-04:30", 1_796_083_200), ("2026-12-01T00:00:00.999Z", 1_796_083_200),
            ("2026-12-01 00:00:00Z", 1_796_083_200), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] as [(String, Int64)])
    func reads(text: String, seconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.seconds == seconds)
    }

    @Test(
        "Anything else is not read",
        arguments: [
            "", "2026-12-01", "2026-12-01T00:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
            "2026-12-01T24:00:00Z",
            "2026-12-01T00:60:00Z", "2026-12-01T00:00:60Z", "2026-12-01T00:00:00Zx", "2026-12-01T00:00:00.Z",
            "2026-12-01T00:00:00+24:00", "+2026-12-01T00:00:00Z", "٢026-12-01T00:00:00Z",
        ])
    func refuses(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("The calendar agrees with Foundation's over four centuries")
    func calendarAgreesWithFoundation() throws {
        let formatter = ISO8601DateFormatter()
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -5_000_000_000...9_000_000_000, using: &generator)
            let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(Timestamp(seconds: seconds).rfc3339 == expected)
            #expect(Timestamp(rfc3339: expected)?.seconds == seconds)
        }
    }

    @Test("The compact form is fit for file names")
    func compact() {
        #expect(Timestamp(seconds: 1_796_083_200).compact == "20261201T000000Z")
    }
}

@Suite("Lengths of time and shares")
struct SpanTests {
    @Test(
        "Durations have digits and one unit",
        arguments: [("90d", 7_776_000), ("12h", 43_200), ("30m", 1800), ("2w", 1_209_600), ("45s", 45), ("0d", 0)]
            as [(String, Int64)])
    func reads(text: String, seconds: Int64) {
        #expect(TimeSpan(text)?.seconds == seconds)
    }

    @Test(
        "Anything else is no duration",
        arguments: ["", "d", "90", "-1d", "1.5d", "90 d", "1d2h", "90D", "99999999999999999999d", "73001d", "٣d"])
    func refuses(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test("A duration is written in the largest unit that fits")
    func description() {
        #expect(["90d", "36h", "5m", "61s"].map { TimeSpan($0)?.description } == ["90d", "36h", "5m", "61s"])
        #expect(TimeSpan("2w")?.description == "14d")
    }

    @Test(
        "Shares are exact to a millionth",
        arguments: [("33%", 330_000), ("0.5%", 5000), ("100%", 1_000_000), ("0%", 0), ("1.2345%", 12_345)]
            as [(String, Int64)])
    func shares(text: String, parts: Int64) {
        #expect(Share(text)?.partsPerMillion == parts)
        #expect(Share(text)?.description == text)
    }

    @Test(
        "Anything else is no share",
        arguments: ["", "%", "33", "101%", "-1%", "1.23456%", "1.%", ".5%", "1,5%", "1000%"])
    func refusesShares(text: String) {
        #expect(Share(text) == nil)
    }
}

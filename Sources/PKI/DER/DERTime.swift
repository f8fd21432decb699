import RotationModel
import SwiftASN1

/// Dates of certificates (RFC 5280, 4.1.2.5): UTCTime `YYMMDDHHMMSSZ` or GeneralizedTime `YYYYMMDDHHMMSSZ`.
enum DERTime {
    /// Both shapes are taken for any year, but only with seconds, in UTC and without fractions, as RFC 5280 wants them.
    static func read(_ node: ASN1Node, _ what: String) throws(RotationError) -> Timestamp {
        guard case .primitive(let content) = node.content,
            node.identifier == .utcTime || node.identifier == .generalizedTime
        else { throw DERReader.malformed(what, "is neither UTCTime nor GeneralizedTime") }
        let general = node.identifier == .generalizedTime
        let yearDigits = general ? 4 : 2
        func fail() -> RotationError {
            RotationError(
                .badInput, "the \(what) is \(quoted(content))",
                advice: "RFC 5280 wants \(general ? "YYYYMMDDHHMMSSZ" : "YYMMDDHHMMSSZ") and a date that exists")
        }
        guard content.count == yearDigits + 11, content.last == UInt8(ascii: "Z") else { throw fail() }
        var position = content.startIndex
        func number(_ digits: Int) -> Int? {
            var value = 0
            for _ in 0..<digits {
                let byte = content[position]
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                position += 1
            }
            return value
        }
        guard var year = number(yearDigits), let month = number(2), let day = number(2), let hour = number(2),
            let minute = number(2), let second = number(2)
        else { throw fail() }
        if !general { year += year < 50 ? 2000 : 1900 }
        let parts = Timestamp.Components(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        guard let time = Timestamp(parts) else { throw fail() }
        return time
    }

    /// The whole element: UTCTime through 2049, GeneralizedTime after (and before 1950).
    ///
    /// - Throws: ``RotationError/Code/badInput`` for a year that four digits cannot write.
    static func append(_ time: Timestamp, to writer: inout DERWriter) throws(RotationError) {
        let at = time.components
        guard (0...9999).contains(at.year) else {
            throw RotationError(.badInput, "the date \(time) cannot stand in a certificate")
        }
        let short = (1950..<2050).contains(at.year)
        writer.append(header: short ? 0x17 : 0x18, length: short ? 13 : 15)
        if !short { writer.append(twoDigits: at.year / 100) }
        for part in [at.year % 100, at.month, at.day, at.hour, at.minute, at.second] { writer.append(twoDigits: part) }
        writer.append(byte: UInt8(ascii: "Z"))
    }

    /// How many bytes ``append(_:to:)`` adds.
    static func size(of time: Timestamp) -> Int {
        // 1950-01-01 and 2050-01-01.
        (-631_152_000..<2_524_608_000).contains(time.seconds) ? 15 : 17
    }

    /// As ``read(_:_:)``; where reading is lenient, a time in another shape that X.680 knows is noted, and read as it stands.
    static func read(
        _ node: ASN1Node, _ what: String, _ reading: inout PartReading
    ) throws(RotationError) -> Timestamp {
        do {
            return try read(node, what)
        } catch {
            guard reading.isLenient, case .primitive(let content) = node.content,
                let time = LooseTime.read(content, isGeneral: node.identifier == .generalizedTime)
            else { throw error }
            reading.note(error.message)
            return time
        }
    }

    private static func quoted(_ content: ArraySlice<UInt8>) -> String {
        let printable = content.prefix(40).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }
        return "\"\(String(decoding: printable, as: UTF8.self))\""
    }
}

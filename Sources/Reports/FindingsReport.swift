import Basics
import Job
import RotationModel

/// What `verify` or `doctor` found, line by line as it is found.
package struct FindingsReport {
    /// What a finding is called, and what is said where there is none.
    package struct Words: Sendable {
        let list: String
        let one: String
        let none: String

        package static let verification = Words(list: "mismatches", one: "mismatch", none: "Everything agrees.")
        package static let doctor = Words(list: "findings", one: "finding", none: "Nothing is in the way.")
    }

    let words: Words
    let style: Style
    let isJSON: Bool
    let at: Timestamp
    private var json = JSONWriter()
    private var count = 0

    package init(_ words: Words, at: Timestamp, style: Style = .plain, isJSON: Bool) {
        (self.words, self.at, self.style, self.isJSON) = (words, at, style, isJSON)
    }

    /// What comes before the first finding.
    ///
    /// - Parameter mended: what was mended before, by kind; nil where nothing was to be.
    package mutating func head(mended: [(what: String, count: Int)]? = nil) -> [UInt8] {
        guard isJSON else {
            return Array((mended ?? []).map { "Mended: \(counted($0.count, $0.what)).\n" }.joined().utf8)
        }
        json.openObject()
        json.member("version", 1)
        json.member("at", at.rfc3339)
        if let mended {
            json.key("mended")
            json.object { json in for item in mended { json.member(item.what, item.count) } }
        }
        json.key(words.list)
        json.openArray()
        return json.drain()
    }

    package mutating func line(_ finding: Finding) -> [UInt8] {
        line(finding.code, finding.place, finding.what, finding.remedy)
    }

    package mutating func line(_ mismatch: Mismatch) -> [UInt8] {
        line(
            mismatch.code, mismatch.place, mismatch.what, mismatch.remedy, isRepairable: mismatch.repair != nil)
    }

    private mutating func line(
        _ code: String, _ place: String, _ what: String, _ remedy: String, isRepairable: Bool? = nil
    ) -> [UInt8] {
        count += 1
        guard isJSON else {
            let text = "\(style.bold(place)): \(what); \(remedy) \(style.dim("[\(code)]"))"
            return Array((Printable.report(text) + "\n").utf8)
        }
        json.newlineBetweenValues()
        json.object { json in
            json.member("code", code)
            json.member("place", place)
            json.member("what", what)
            json.member("remedy", remedy)
            if let isRepairable { json.member("repairable", isRepairable) }
        }
        return json.drain()
    }

    /// What comes after the last.
    package mutating func end() -> [UInt8] {
        guard isJSON else {
            let text =
                count == 0
                ? style.bold(style.green(words.none)) + "\n"
                : "\n" + style.bold(style.red(counted(count, words.one, plural: words.list))) + ".\n"
            return Array(text.utf8)
        }
        json.newline()
        json.closeArray()
        json.member("count", count)
        json.closeObject()
        json.newline()
        return json.drain()
    }
}

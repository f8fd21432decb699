import Basics
import Job
import RotationModel

/// What `doctor` found, line by line as it is found.
package struct FindingsReport {
    let style: Style
    let isJSON: Bool
    let at: Timestamp
    private var json = JSONWriter()
    private var count = 0

    package init(at: Timestamp, style: Style = .plain, isJSON: Bool) {
        (self.at, self.style, self.isJSON) = (at, style, isJSON)
    }

    /// What comes before the first finding.
    package mutating func head() -> [UInt8] {
        guard isJSON else { return [] }
        json.openObject()
        json.member("version", 1)
        json.member("at", at.rfc3339)
        json.key("findings")
        json.openArray()
        return json.drain()
    }

    package mutating func line(_ finding: Finding) -> [UInt8] {
        count += 1
        guard isJSON else {
            let text =
                "\(style.bold(finding.place)): \(finding.what); \(finding.remedy) \(style.dim("[\(finding.code)]"))"
            return Array((Printable.report(text) + "\n").utf8)
        }
        json.newlineBetweenValues()
        json.object { json in
            json.member("code", finding.code)
            json.member("place", finding.place)
            json.member("what", finding.what)
            json.member("remedy", finding.remedy)
        }
        return json.drain()
    }

    /// What comes after the last.
    package mutating func end() -> [UInt8] {
        guard isJSON else {
            let text =
                count == 0
                ? style.bold(style.green("Nothing is in the way.")) + "\n"
                : "\n" + style.bold(style.red(counted(count, "finding"))) + ".\n"
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

import Basics
import Job
import RotationModel

/// What `verify` found, line by line as it is found.
package struct VerificationReport {
    let style: Style
    let isJSON: Bool
    let at: Timestamp
    private var json = JSONWriter()
    private var count = 0

    package init(at: Timestamp, style: Style = .plain, isJSON: Bool) {
        (self.at, self.style, self.isJSON) = (at, style, isJSON)
    }

    /// What comes before the first mismatch.
    ///
    /// - Parameter mended: what was mended before, by kind; nil where nothing was to be.
    package mutating func head(mended: [(what: String, count: Int)]?) -> [UInt8] {
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
        json.key("mismatches")
        json.openArray()
        return json.drain()
    }

    package mutating func line(_ mismatch: Mismatch) -> [UInt8] {
        count += 1
        guard isJSON else {
            let text =
                "\(style.bold(mismatch.place)): \(mismatch.what); \(mismatch.remedy) \(style.dim("[\(mismatch.code)]"))"
            return Array((Printable.report(text) + "\n").utf8)
        }
        json.newlineBetweenValues()
        json.object { json in
            json.member("code", mismatch.code)
            json.member("place", mismatch.place)
            json.member("what", mismatch.what)
            json.member("remedy", mismatch.remedy)
            json.member("repairable", mismatch.repair != nil)
        }
        return json.drain()
    }

    /// What comes after the last.
    package mutating func end() -> [UInt8] {
        guard isJSON else {
            let text =
                count == 0
                ? style.bold(style.green("Everything agrees.")) + "\n"
                : "\n" + style.bold(style.red(counted(count, "mismatch", plural: "mismatches"))) + ".\n"
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

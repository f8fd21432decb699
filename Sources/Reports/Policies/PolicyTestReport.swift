import Basics
import Policy
import RotationModel

/// How the tests beside the policies came out.
package struct PolicyTestReport {
    let results: [PolicyTestResult]
    let files: Int
    let style: Style

    package init(_ results: [PolicyTestResult], files: Int, style: Style = .plain) {
        self.results = results
        self.files = files
        self.style = style
    }

    package var failed: Int { results.count { !$0.passed && $0.skipped == nil } }
    private var skipped: Int { results.count { $0.skipped != nil } }
    private var passed: Int { results.count { $0.passed } }

    // MARK: For people

    /// One line a test, below each that failed what was expected and what came, and a summary.
    package var text: String { results.map(line).joined() + summary }

    private var summary: String {
        let read = "in \(counted(files, "file"))"
        if results.isEmpty { return "There are no tests \(read); docs/policies.md shows how they are written.\n" }
        var parts = ["\(passed) passed"]
        if skipped > 0 { parts.append(style.yellow("\(skipped) skipped")) }
        if failed > 0 { parts.append(style.red("\(failed) failed")) }
        return "\(counted(results.count, "test")) \(read): \(parts.joined(separator: ", ")).\n"
    }

    private func line(_ result: PolicyTestResult) -> String {
        let test = result.test
        let name = "  \(Printable.text(test.name))  \(style.dim(Printable.text(test.place.description)))\n"
        if let why = result.skipped { return style.yellow("skip  ") + name + "    \(why)\n" }
        return result.passed ? style.green("ok    ") + name : style.red("not ok") + name + difference(result)
    }

    private func difference(_ result: PolicyTestResult) -> String {
        let expected = result.test.expected
        guard let outcome = result.outcome else {
            return
                "    policies \(result.tied.joined(separator: " and ")) have the same priority and both match the device\n"
        }
        var table = Table([.left, .left, .left, .left], indent: 4)
        table.addHeader(["", "expected", "got", ""], style)
        func row(_ name: String, _ wanted: String?, _ got: String?) {
            let differs = wanted != nil && wanted != got
            let found = differs ? Table.Cell(got ?? "-") { style.red($0) } : Table.Cell(got ?? "-")
            table.add([Table.Cell(name), Table.Cell(wanted ?? "(any)"), found, Table.Cell(differs ? "<" : "")])
        }
        row("action", expected.action.rawValue, outcome.action.rawValue)
        row("policy", expected.policy, outcome.policy)
        row("reason", expected.reason?.rawValue, outcome.reason?.code.rawValue)
        let why = outcome.reason?.text ?? outcome.remark
        return table.text + (why.isEmpty ? "" : "    because: \(Printable.text(why))\n")
    }

    // MARK: For programs

    package var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("passed", passed)
            json.member("failed", failed)
            json.member("skipped", skipped)
            json.key("tests")
            json.array { json in
                for result in results {
                    json.newlineBetweenValues()
                    append(result, to: &json)
                }
            }
        }
        json.newline()
        return json.bytes
    }

    private func append(_ result: PolicyTestResult, to json: inout JSONWriter) {
        json.object { json in
            json.member("name", result.test.name)
            json.member("file", result.test.place.file)
            json.member("line", result.test.place.line)
            if let why = result.skipped {
                json.member("skipped", why)
            } else {
                json.member("passed", result.passed)
            }
            json.key("expected")
            json.object { json in
                json.member("action", result.test.expected.action.rawValue)
                if let policy = result.test.expected.policy { json.member("policy", policy) }
                if let reason = result.test.expected.reason { json.member("reason", reason.rawValue) }
            }
            guard let outcome = result.outcome else {
                json.key("tied")
                return json.array { json in result.tied.forEach { json.value($0) } }
            }
            json.key("got")
            json.object { json in
                json.member("action", outcome.action.rawValue)
                if let policy = outcome.policy { json.member("policy", policy) }
                if let reason = outcome.reason {
                    json.member("reason", reason.code.rawValue)
                    json.member("text", reason.text)
                }
            }
        }
    }
}

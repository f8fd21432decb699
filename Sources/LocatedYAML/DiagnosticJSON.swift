import Basics

/// Messages about files for programs: as JSON of our own, and as SARIF for code review.
package enum DiagnosticDocument {
    /// `{"version": 1, "errors": 1, "warnings": 0, "diagnostics": [{"severity", "kind", "rule", "file", "line", "column", "length", "message",
    /// "help", "text"}]}`; lines and columns count from 1, columns and lengths in characters.
    package static func json(_ diagnostics: [Diagnostic]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("errors", diagnostics.count { $0.severity == .error })
            json.member("warnings", diagnostics.count { $0.severity == .warning })
            json.key("diagnostics")
            json.array { json in
                for diagnostic in diagnostics {
                    json.newlineBetweenValues()
                    append(diagnostic, to: &json)
                }
            }
        }
        json.newline()
        return json.bytes
    }

    private static func append(_ diagnostic: Diagnostic, to json: inout JSONWriter) {
        json.object { json in
            json.member("severity", diagnostic.severity.rawValue)
            json.member("kind", diagnostic.rule.kind)
            json.member("rule", diagnostic.rule.id)
            json.member("file", diagnostic.file)
            json.member("line", diagnostic.line)
            json.member("column", diagnostic.column)
            json.member("length", diagnostic.length)
            json.member("message", diagnostic.message)
            json.member("help", diagnostic.help)
            json.member("text", diagnostic.sourceLine)
        }
    }
}

import Basics

extension DiagnosticDocument {
    /// SARIF 2.1.0 (OASIS), as GitHub, GitLab and editors show it beside the lines of a change.
    ///
    /// - Parameters:
    ///   - tool: the program's version.
    ///   - rules: all that a message can have.
    package static func sarif(_ diagnostics: [Diagnostic], toolVersion: String, rules: [Diagnostic.Rule]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
            json.member("version", "2.1.0")
            json.key("runs")
            json.array { json in
                json.object { json in
                    appendTool(toolVersion, rules, to: &json)
                    json.member("columnKind", "unicodeCodePoints")
                    json.key("results")
                    json.array { json in
                        for diagnostic in diagnostics {
                            json.newlineBetweenValues()
                            append(diagnostic, rules, to: &json)
                        }
                    }
                }
            }
        }
        json.newline()
        return json.bytes
    }

    private static func appendTool(
        _ version: String, _ rules: [Diagnostic.Rule], to json: inout JSONWriter
    ) {
        json.key("tool")
        json.object { json in
            json.key("driver")
            json.object { json in
                json.member("name", "rotation-job")
                json.member("version", version)
                json.key("rules")
                json.array { json in
                    for rule in rules {
                        json.object { json in
                            json.member("id", rule.id)
                            appendMessage("shortDescription", rule.meaning, to: &json)
                        }
                    }
                }
            }
        }
    }

    private static func append(
        _ diagnostic: Diagnostic, _ rules: [Diagnostic.Rule], to json: inout JSONWriter
    ) {
        json.object { json in
            json.member("ruleId", diagnostic.rule.id)
            if let index = rules.firstIndex(of: diagnostic.rule) { json.member("ruleIndex", index) }
            json.member("level", diagnostic.severity.rawValue)
            let help = diagnostic.help.isEmpty ? "" : ": \(diagnostic.help)"
            appendMessage("message", Printable.text(diagnostic.message + help), to: &json)
            json.key("locations")
            json.array { json in
                json.object { json in
                    json.key("physicalLocation")
                    json.object { json in
                        json.key("artifactLocation")
                        json.object { $0.member("uri", uri(of: diagnostic.file)) }
                        json.key("region")
                        json.object { json in
                            json.member("startLine", diagnostic.line)
                            json.member("startColumn", diagnostic.column)
                            json.member("endColumn", diagnostic.column + diagnostic.length)
                        }
                    }
                }
            }
        }
    }

    private static func appendMessage(_ key: String, _ text: String, to json: inout JSONWriter) {
        json.key(key)
        json.object { $0.member("text", text) }
    }

    /// A relative path stays one, so that it fits the repository that it is read in (RFC 3986, 4.2).
    private static func uri(of path: String) -> String {
        var uri = path.hasPrefix("/") ? "file://" : ""
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                uri.unicodeScalars.append(Unicode.Scalar(byte))
            default: uri += "%" + Hex.encode(CollectionOfOne(byte)).uppercased()
            }
        }
        return uri
    }
}

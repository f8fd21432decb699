/// A value of a YAML file that knows where it stands. Scalars are kept as their text: what type they have is for the
/// reader to ask, so that `no` is a label and `0123` an account, not what YAML 1.1 would make of them.
package struct LocatedValue {
    package indirect enum Content {
        /// Nothing after the colon, `~` or `null`.
        case nothing
        /// - isQuoted: whether it stood in quotes or was a block scalar, so that it cannot be meant as a number.
        case scalar(String, isQuoted: Bool)
        case sequence([LocatedValue])
        case mapping([Entry])
        /// Something that was reported already (too deep, an anchor, a tag); readers pass over it in silence.
        case refused
    }

    package struct Entry {
        package let key: LocatedKey
        package let value: LocatedValue
    }

    /// The key it stands under, for messages; of an element of a list, the list's.
    package let name: String
    package let position: SourcePosition
    package let content: Content
    package let log: DiagnosticLog

    /// Adds a mistake that points at this value.
    package func report(
        _ message: @autoclosure () -> String, help: @autoclosure () -> String = "",
        as severity: Diagnostic.Severity = .error, rule: Diagnostic.Rule = .badValue
    ) {
        log.report(severity, at: position, length: length, message(), help: help(), rule: rule)
    }

    /// `policies/sensors.yaml:3:5`, for messages about another place that name this one.
    package var place: String {
        log.source.diagnostic(.error, at: position, length: 1, message: "", help: "", rule: .badValue).place
    }

    package var line: Int { position.line }

    /// How many characters of its first line it covers.
    private var length: Int {
        if case .scalar(let text, isQuoted: false) = content { return text.unicodeScalars.count }
        return SourceToken.length(in: log.source.rest(at: position))
    }
}

/// A mapping's key.
package struct LocatedKey {
    package let text: String
    package let position: SourcePosition
    let log: DiagnosticLog

    package func report(
        _ message: @autoclosure () -> String, help: @autoclosure () -> String = "",
        as severity: Diagnostic.Severity = .error, rule: Diagnostic.Rule = .badValue
    ) {
        log.report(
            severity, at: position, length: SourceToken.length(in: log.source.rest(at: position)), message(),
            help: help(), rule: rule)
    }
}

/// How far the thing that starts a piece of a line reaches within that line.
enum SourceToken {
    /// No mistake covers more scalars of a line; more cannot be shown.
    private static let longest = 4096

    static func length(in line: Substring.UnicodeScalarView) -> Int {
        let rest = line.prefix(longest)
        guard let first = rest.first else { return 1 }
        switch first {
        case "\"": return quoted(rest, by: first, escape: "\\")
        case "'": return quoted(rest, by: first, escape: "'")
        case "[", "{": return bracketed(rest)
        case "-", "|", ">": return 1
        default: return plain(rest)
        }
    }

    private static func quoted(
        _ rest: Substring.UnicodeScalarView, by quote: Unicode.Scalar, escape: Unicode.Scalar
    ) -> Int {
        let scalars = Array(rest)
        var at = 1
        while at < scalars.count {
            let isPair = at + 1 < scalars.count && (escape == "\\" || scalars[at + 1] == quote)
            if scalars[at] == escape, isPair {
                at += 2
            } else if scalars[at] == quote {
                return at + 1
            } else {
                at += 1
            }
        }
        return scalars.count
    }

    private static func bracketed(_ rest: Substring.UnicodeScalarView) -> Int {
        var depth = 0
        for (at, scalar) in rest.enumerated() {
            if scalar == "[" || scalar == "{" { depth += 1 }
            if scalar == "]" || scalar == "}" { depth -= 1 }
            if depth == 0 { return at + 1 }
        }
        return 1
    }

    /// Up to the colon that ends a key, or the comma or bracket that ends an element, or the end of the line.
    private static func plain(_ rest: Substring.UnicodeScalarView) -> Int {
        let scalars = Array(rest)
        var end = scalars.count
        for (at, scalar) in scalars.enumerated() {
            let next = at + 1 < scalars.count ? scalars[at + 1] : " "
            if (scalar == ":" && next == " ") || scalar == "," || scalar == "}" || scalar == "]"
                || (scalar == " " && next == "#")
            {
                end = at
                break
            }
        }
        while end > 1, scalars[end - 1] == " " { end -= 1 }
        return max(1, end)
    }
}

import Basics

/// A mistake in a configuration file: where it is, what was found, and what would be right.
package struct Diagnostic: Sendable, Equatable {
    package enum Severity: String, Sendable {
        /// The file cannot be used.
        case error
        /// The file can be used; its author may have meant something else.
        case warning
    }

    package let severity: Severity
    /// What kind of mistake it is.
    package let rule: Rule
    /// As shown to the user.
    package let file: String
    /// From 1.
    package let line: Int
    /// From 1, in characters as an editor counts them.
    package let column: Int
    /// How many characters the mistake covers, at least 1.
    package let length: Int
    /// What was found, in one sentence without a full stop.
    package let message: String
    /// What would be right. May be empty.
    package let help: String
    /// The text of the line, without its line break; of a very long one, the stretch around the mistake.
    package let sourceLine: String
    /// Where the mistake starts in ``sourceLine``, from 1. It is ``column`` unless the line was cut.
    package let sourceColumn: Int
    /// The scalars of ``sourceLine`` that the mistake covers, where they are known: an invisible one takes a place of its own where it is
    /// spelled out, and none among characters.
    let marked: Range<Int>?

    package init(
        _ severity: Severity = .error, file: String, line: Int = 1, column: Int = 1, length: Int = 1, message: String,
        help: String = "", sourceLine: String = "", sourceColumn: Int? = nil, rule: Rule = .badValue
    ) {
        self.init(
            severity, file: file, line: line, column: column, length: length, message: message, help: help,
            sourceLine: sourceLine, sourceColumn: sourceColumn ?? column, marked: nil, rule: rule)
    }

    init(
        _ severity: Severity, file: String, line: Int, column: Int, length: Int, message: String, help: String,
        sourceLine: String, sourceColumn: Int, marked: Range<Int>?, rule: Rule
    ) {
        self.severity = severity
        self.rule = rule
        self.file = file
        (self.line, self.column, self.length) = (line, column, max(1, length))
        self.message = message
        self.help = help
        self.sourceLine = sourceLine
        self.sourceColumn = sourceColumn
        self.marked = marked
    }

    /// `policies/sensors.yaml:12:7`
    package var place: String { "\(file):\(line):\(column)" }
}

extension Diagnostic: CustomStringConvertible {
    /// On one line, for logs: `policies/sensors.yaml:12:7: error: unknown key …; did you mean …?`
    package var description: String {
        Printable.text("\(place): \(severity.rawValue): \(message)" + (help.isEmpty ? "" : "; \(help)"))
    }
}

extension Sequence<Diagnostic> {
    /// In the order of lines within each file, and files in the order given.
    package func sorted(byFiles files: [String]) -> [Diagnostic] {
        let order = Dictionary(files.enumerated().map { ($1, $0) }, uniquingKeysWith: { Swift.min($0, $1) })
        return sorted { left, right in
            let (first, second) = (order[left.file] ?? files.count, order[right.file] ?? files.count)
            return (first, left.line, left.column) < (second, right.line, right.column)
        }
    }
}

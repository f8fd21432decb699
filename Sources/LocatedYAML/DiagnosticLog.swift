/// The messages about one file, collected while it is read: reading goes on after a mistake, so that all are told at once.
package final class DiagnosticLog {
    let source: SourceText
    package private(set) var diagnostics: [Diagnostic] = []

    /// So many messages about one file are kept; more of them tell nobody more.
    package static let most = 1000

    private var told: Set<Told> = []

    private struct Told: Hashable {
        let line: Int
        let column: Int
        let message: String
    }

    init(source: SourceText) { self.source = source }

    package var path: String { source.path }
    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
    /// Whether it takes no more messages.
    var isFull: Bool { diagnostics.count > DiagnosticLog.most }

    /// Nothing of a message is worked out once there are too many: finding the word that was meant, say, takes its time.
    ///
    /// - Parameter length: how many characters the mistake covers.
    package func report(
        _ severity: Diagnostic.Severity = .error, at position: SourcePosition, length: @autoclosure () -> Int,
        _ message: @autoclosure () -> String, help: @autoclosure () -> String = "",
        rule: Diagnostic.Rule
    ) {
        guard !isFull else { return }
        if diagnostics.count == DiagnosticLog.most {
            add(
                .error, at: position, length(), "more than \(DiagnosticLog.most) mistakes: the rest is not shown",
                help: "",
                rule: .tooMany)
        } else {
            add(severity, at: position, length(), message(), help: help(), rule: rule)
        }
    }

    private func add(
        _ severity: Diagnostic.Severity, at position: SourcePosition, _ length: Int, _ message: String, help: String,
        rule: Diagnostic.Rule
    ) {
        let found = source.diagnostic(
            severity, at: position, length: length, message: Shortening.message(message),
            help: Shortening.message(help), rule: rule)
        let isNew = told.insert(Told(line: found.line, column: found.column, message: found.message)).inserted
        if isNew { diagnostics.append(found) }
    }
}

/// The messages about one file, collected while it is read: reading goes on after a mistake, so that all are told at once.
public final class DiagnosticLog {
    let source: SourceText
    public private(set) var diagnostics: [Diagnostic] = []

    /// So many messages about one file are kept; more of them tell nobody more.
    public static let most = 1000

    init(source: SourceText) { self.source = source }

    public var path: String { source.path }
    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// - Parameter length: how many characters the mistake covers.
    public func report(
        _ severity: Diagnostic.Severity = .error, at position: SourcePosition, length: Int, _ message: String,
        help: String = ""
    ) {
        guard diagnostics.count <= DiagnosticLog.most else { return }
        let tooMany = diagnostics.count == DiagnosticLog.most
        let found = source.diagnostic(
            tooMany ? .error : severity, at: position, length: length,
            message: tooMany ? "more than \(DiagnosticLog.most) mistakes: the rest is not shown" : message,
            help: tooMany ? "" : help)
        if !diagnostics.contains(found) { diagnostics.append(found) }
    }
}

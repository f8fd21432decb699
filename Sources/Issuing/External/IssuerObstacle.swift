import System

extension IssuerConfiguration {
    /// Why the program cannot be started, as far as looking at it tells; nil where it can.
    package var obstacle: String? {
        guard let found = FileIdentity.following(program) else { return "there is no program \(program)" }
        guard found.kind == .regular else { return "\(program) is no file" }
        return FileAccess.mayExecute(program) ? nil : "\(program) may not be executed"
    }
}

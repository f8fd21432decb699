/// What `--version` and reports for other programs say.
enum ProgramVersion {
    /// By semver.org's rules.
    static let text = "0.1.0"
}

/// What `--version` and reports for other programs say.
package enum ProgramVersion {
    /// By semver.org's rules.
    package static let text = "0.1.0"
}

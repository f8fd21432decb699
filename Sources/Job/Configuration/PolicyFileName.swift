/// What a file's name says of whether it is a policy file: one rule for folders and for revisions of git.
enum PolicyFileName {
    /// Whether a file of a folder is read: `.yaml` or `.yml` in any case, and not hidden.
    static func isRead(_ name: String) -> Bool { !name.hasPrefix(".") && hasSuffix(name, of: [".yaml", ".yml"]) }

    /// Whether somebody may think that a file is read which is not: a backup, a hidden file, JSON, a suffix of another program.
    static func couldBeMeant(_ name: String) -> Bool {
        guard !isRead(name), !isSetAside(name) else { return false }
        let lower = name.lowercased()
        // Editors' own files come and go.
        if lower.hasPrefix(".") { return hasSuffix(name, of: [".yaml", ".yml"]) && !lower.hasPrefix(".#") }
        return lower.contains("yaml") || lower.contains("yml") || lower.hasSuffix(".json")
    }

    /// Whether a file is plainly no policy: an example to be copied, a schema, a text about policies.
    static func isSetAside(_ name: String) -> Bool { hasSuffix(name, of: [".example", ".schema.json", ".md", ".swp"]) }

    private static func hasSuffix(_ name: String, of suffixes: [String]) -> Bool {
        let lower = name.lowercased()
        return suffixes.contains { lower.hasSuffix($0) }
    }
}

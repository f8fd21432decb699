import LocatedYAML

/// Reads `inbox`: a folder alone, or a mapping that says more of it. What is wrong is reported to the file's log.
struct InboxReader {
    /// What relative paths start from.
    let root: String

    private static let standardFolder = "inbox"

    /// Where the file says nothing.
    var standard: InboxConfiguration { InboxConfiguration(path: folder(InboxReader.standardFolder)) }

    func read(_ value: LocatedValue) -> InboxConfiguration? {
        guard case .mapping = value.content else {
            return path(value).map { InboxConfiguration(path: $0) }
        }
        return value.mapping("`inbox`") { reader -> InboxConfiguration? in
            let path = reader.optional("path").map { self.path($0) } ?? folder(InboxReader.standardFolder)
            let keep = reader.optional("keep").map { $0.positiveTimeSpan() } ?? InboxConfiguration.defaultKeep
            let keepRejected =
                reader.optional("keepRejected").map { $0.positiveTimeSpan() }
                ?? InboxConfiguration.defaultKeepRejected
            guard let path, let keep, let keepRejected else { return nil }
            return InboxConfiguration(path: path, keep: keep, keepRejected: keepRejected)
        } ?? nil
    }

    private func path(_ value: LocatedValue) -> String? { value.line("a folder", longest: 4096).map(folder) }

    private func folder(_ text: String) -> String { WorkspacePath.resolve(text, from: root) }
}

import ArgumentParser
import Job

/// What a shell offers: names out of the workspace that the command line names, or that is found without.
///
/// Where there is no workspace, or it cannot be read, nothing is offered; who presses a key wants no error.
extension CompletionKind {
    static var device: CompletionKind { names { try $0.deviceNames(startingWith: $1) } }
    static var policy: CompletionKind { names { workspace, _ in try workspace.policyNames() } }
    static var authority: CompletionKind { names { workspace, _ in workspace.authorityNames } }

    private static func names(_ read: @escaping @Sendable (Workspace, _ beginning: String) throws -> [String])
        -> CompletionKind
    {
        .custom { words, index, beginning in
            let typed = beginning.isEmpty && words.indices.contains(index) ? words[index] : beginning
            let names = try? read(try Workspace(configuredBy: configuration(in: words)), typed)
            return (names ?? []).filter { isHarmless($0) && $0.hasPrefix(typed) }
        }
    }

    /// What `--config` says on the line.
    private static func configuration(in words: [String]) -> String? {
        let name = "--config"
        if let joined = words.first(where: { $0.hasPrefix("\(name)=") }) {
            return String(joined.dropFirst(name.utf8.count + 1))
        }
        return words.firstIndex(of: name).flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
    }

    /// bash expands what it is offered, commands too, and a device's id is whatever a stranger called it.
    private static func isHarmless(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "._-+@/,".utf8.contains(byte)
                }
            }
    }
}

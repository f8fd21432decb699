import Delivery
import LocatedYAML
import RotationModel
import System

/// Where the policy files of one side of a comparison are: on disk, or in a revision of a git repository.
package enum PolicySource: Sendable, Equatable, CustomStringConvertible {
    /// A folder of policy files, or a file.
    case path(String)
    /// A tree or a file of a revision, as git writes it: `HEAD~1:policies`.
    case revision(String)

    /// - Parameter text: a path if there is something of that name, else a revision.
    /// - Throws: ``RotationError/Code/badInput`` where it can be neither.
    package init(_ text: String) throws(RotationError) {
        if Files.exists(text) {
            self = .path(text)
        } else if text.contains(":"), !text.hasPrefix("-"), !text.hasPrefix(":") {
            self = .revision(text)
        } else {
            throw RotationError(
                .badInput, "there is no such file or folder", at: text,
                advice: "name a folder of policy files, a file, or a git revision of one: HEAD~1:policies")
        }
    }

    /// As it was given.
    package var description: String {
        switch self {
        case .path(let text), .revision(let text): text
        }
    }

    /// - Throws: ``RotationError/Code/badInput`` where there is no such thing, ``RotationError/Code/io`` without git.
    package func files() throws(RotationError) -> [SourceFile] {
        let files: [SourceFile]
        switch self {
        case .path(let path):
            do throws(RotationError) {
                files = try PolicyFiles.read([path])
            } catch  where error.code == .configuration {
                throw RotationError(.badInput, error.message, at: error.place, advice: error.advice)
            }
        case .revision(let name):
            files = try GitRevision(name).files()
        }
        guard !files.isEmpty else {
            throw RotationError(
                .badInput, "there is no policy file", at: description, advice: "policy files end in .yaml or .yml")
        }
        return files
    }
}

/// Reads policy files out of a revision: those of the tree itself that ``PolicyFileName`` says, in the order of their names.
struct GitRevision {
    private let name: String

    /// - Parameter name: `REVISION:PATH`; the path is seen from the top of the repository, or begins with `./`.
    init(_ name: String) {
        self.name = name.count > 1 && name.hasSuffix("/") ? String(name.dropLast()) : name
    }

    func files() throws(RotationError) -> [SourceFile] {
        switch try text(["cat-file", "-t", name]) {
        case "blob": return [SourceFile(path: name, bytes: try output(["cat-file", "blob", name]))]
        case "tree": break
        case let kind:
            throw RotationError(
                .badInput, "this is a \(kind), not a folder or a file", at: name,
                advice: "write the path behind a colon: \(name):policies")
        }
        var files: [SourceFile] = []
        for entry in try entries() where entry.isPolicyFile {
            guard entry.kind == "blob", entry.mode != "120000" else {
                throw RotationError(
                    .badInput, "this is not a plain file in that revision", at: path(of: entry),
                    advice: "policy files of a revision are read as they are; links are not followed")
            }
            files.append(SourceFile(path: path(of: entry), bytes: try output(["cat-file", "blob", entry.object])))
        }
        return files
    }

    private struct Entry {
        let mode: String
        let kind: String
        let object: String
        let name: String

        var isPolicyFile: Bool { PolicyFileName.isRead(name) }
    }

    /// Lines of `MODE KIND OBJECT<tab>NAME`, each with a null byte at its end.
    private func entries() throws(RotationError) -> [Entry] {
        try output(["ls-tree", "-z", name], limit: 1 << 24).split(separator: 0).compactMap { line -> Entry? in
            let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
            guard parts.count == 2 else { return nil }
            let words = String(decoding: parts[0], as: UTF8.self).split(separator: " ").map(String.init)
            guard words.count == 3 else { return nil }
            return Entry(
                mode: words[0], kind: words[1], object: words[2], name: String(decoding: parts[1], as: UTF8.self))
        }.sorted { $0.name < $1.name }
    }

    private func path(of entry: Entry) -> String { name.hasSuffix(":") ? name + entry.name : "\(name)/\(entry.name)" }

    private func text(_ arguments: [String]) throws(RotationError) -> String {
        String(decoding: try output(arguments).filter { $0 != 0x0A }, as: UTF8.self)
    }

    private func output(_ arguments: [String], limit: Int = SourceFile.longest + 1) throws(RotationError) -> [UInt8] {
        let outcome = try Git.run(arguments, limit: limit)
        guard outcome.status == 0 else {
            let said = outcome.errors.isEmpty ? "it exited with \(outcome.status)" : outcome.errors
            throw RotationError(
                .badInput, "git cannot read it: \(said)", at: name,
                advice: "write REVISION:PATH, the path from the top of the repository (HEAD~1:policies) "
                    + "or, with ./, from here (HEAD~1:./policies)")
        }
        return outcome.output
    }
}

import Basics
import LocatedYAML
import RotationModel

/// Reads a program and its arguments, which no shell splits. What is wrong is reported to the file's log.
struct CommandReader {
    /// What relative paths start from.
    let root: String
    /// What a right one looks like.
    let example: String

    /// - Returns: the program's whole path and its arguments; nil where it is wrong.
    func read(_ command: LocatedValue) -> (program: String, arguments: [String])? {
        guard let words = words(command), let program = CommandReader.program(words[0], from: root) else { return nil }
        return (program, Array(words.dropFirst()))
    }

    /// At least one: the program and its arguments.
    private func words(_ command: LocatedValue) -> [String]? {
        if case .scalar(let text, _) = command.content {
            let words = text.split(separator: " ").joined(separator: ", ")
            command.report(
                "`command` must be a list of the program and its arguments",
                help: "no shell splits it: write [\(words)]")
            return nil
        }
        guard let list = command.list("a program and its arguments, such as \(example)") else { return nil }
        guard let first = list.first else {
            command.report("`command` is an empty list", help: "write one like \(example)")
            return nil
        }
        let words = list.compactMap { item in item.text("a word") }
        guard words.count == list.count else { return nil }
        if CommandReader.program(words[0], from: root) == nil {
            first.report(
                "`\(words[0])` is no path of a program",
                help: "it is not looked up in PATH: write its whole path, or ./\(words[0]) for one beside this file")
            return nil
        }
        if let (word, item) = zip(words, list).first(where: { $0.0.utf8.contains(0) }) {
            item.report("`\(Printable.text(word))` holds a zero byte", help: "no program can be given one")
            return nil
        }
        return words
    }

    /// A program's path seen from a folder; nil for a bare name, which only a search of `PATH` could find.
    private static func program(_ path: String, from folder: String) -> String? {
        path.contains("/") && !path.hasSuffix("/") ? WorkspacePath.resolve(path, from: folder) : nil
    }
}

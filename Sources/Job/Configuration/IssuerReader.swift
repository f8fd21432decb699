import Basics
import Issuing
import LocatedYAML
import RotationModel

/// Reads `command` and `issuer` of an authority. What is wrong is reported to the file's log.
struct IssuerReader {
    /// What relative paths start from.
    let root: String

    /// - Parameter settings: the mapping `issuer`, or nil.
    func read(_ command: LocatedValue, settings: LocatedValue?) -> IssuerConfiguration? {
        let words = self.words(command)
        let settings = settings.map(self.settings) ?? Settings()
        guard let words, let settings, let program = WorkspacePath.resolveProgram(words[0], from: root) else {
            return nil
        }
        return IssuerConfiguration(
            program: program, arguments: Array(words.dropFirst()), timeout: settings.timeout, batch: settings.batch,
            tries: settings.tries)
    }

    /// At least one: the program and its arguments.
    private func words(_ command: LocatedValue) -> [String]? {
        let example = "[/usr/lib/rotation-job/issuers/openssl-ca, --config, ca/openssl.cnf]"
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
        if WorkspacePath.resolveProgram(words[0], from: root) == nil {
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

    private struct Settings {
        var timeout = IssuerConfiguration.defaultTimeout
        var batch = IssuerConfiguration.defaultBatch
        var tries = IssuerConfiguration.defaultTries
    }

    private func settings(_ value: LocatedValue) -> Settings? {
        value.mapping("`issuer`") { reader -> Settings? in
            let standard = Settings()
            let timeout = reader.optional("timeout").map(self.timeout) ?? standard.timeout
            let batch =
                reader.optional("batch").map { $0.integer(in: 1...IssuerConfiguration.largestBatch) } ?? standard.batch
            let tries =
                reader.optional("tries").map { $0.integer(in: 1...IssuerConfiguration.mostTries) } ?? standard.tries
            guard let timeout, let batch, let tries else { return nil }
            return Settings(timeout: timeout, batch: batch, tries: tries)
        } ?? nil
    }

    private func timeout(_ value: LocatedValue) -> TimeSpan? {
        guard let span = value.positiveTimeSpan() else { return nil }
        guard span <= IssuerConfiguration.longestTimeout else {
            value.report("`timeout` is \(span)", help: "write at most \(IssuerConfiguration.longestTimeout)")
            return nil
        }
        return span
    }
}

extension WorkspacePath {
    /// A program's path seen from a folder; nil for a bare name, which only a search of `PATH` could find.
    fileprivate static func resolveProgram(_ path: String, from folder: String) -> String? {
        path.contains("/") && !path.hasSuffix("/") ? resolve(path, from: folder) : nil
    }
}

import Issuing
import LocatedYAML

/// Reads where a secret that opens a key comes from: a file's passphrase, a token's PIN. What is wrong is reported to the file's log.
struct PassphraseReader {
    /// What relative paths start from.
    let root: String
    /// For messages: `passphrase`, `PIN`.
    let what: String

    private static let choices = "{ file: … }, { env: … } or { credential: … }"

    func read(_ value: LocatedValue) -> PassphraseSource? {
        if case .scalar = value.content {
            value.report(
                "a \(what) does not stand in this file", help: "say where it comes from: \(PassphraseReader.choices)")
            return nil
        }
        return value.mapping("the \(what)") { reader -> PassphraseSource? in
            let file = reader.optional("file"), environment = reader.optional("env")
            let credential = reader.optional("credential")
            let given = [file, environment, credential].compactMap(\.self)
            guard given.count == 1 else {
                // A key that nobody knows is reported as that alone.
                if !given.isEmpty || reader.isEmpty {
                    value.report("the \(what) comes from one place", help: "write one of \(PassphraseReader.choices)")
                }
                return nil
            }
            if let file {
                return file.line("a file", longest: 4096).map { .file(WorkspacePath.resolve($0, from: root)) }
            }
            if let environment { return environment.line("a variable's name").map { .environment($0) } }
            return credential.flatMap(self.credential)
        } ?? nil
    }

    private func credential(_ value: LocatedValue) -> PassphraseSource? {
        guard let name = value.line("a credential's name") else { return nil }
        guard !name.contains("/"), name != ".", name != ".." else {
            value.report(
                "`\(name)` cannot be a credential's name", help: "a name without slashes, as LoadCredential= has it")
            return nil
        }
        return .credential(name)
    }
}

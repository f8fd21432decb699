import LocatedYAML
import RotationModel

/// Reads where a private key is: an authority's, or the one for manifests. What is wrong is reported to the file's log.
struct KeyReader {
    /// What relative paths start from.
    let root: String

    func read(_ value: LocatedValue) -> KeyConfiguration? {
        if case .scalar(let text, _) = value.content {
            value.report("`key` must be a mapping", help: "write { file: \(text) }")
            return nil
        }
        return value.mapping("the key") { reader -> KeyConfiguration? in
            reader.notYet("pkcs11", instead: "name the key's file with `file`")
            let command = reader.optional("command")
            command?.report(
                "`command` is not a kind of key",
                help: "write it beside `certificate`, in place of `key`: docs/issuers.md")
            let passphrase = reader.optional("passphrase").map(self.passphrase)
            let isElsewhere = reader.optional("pkcs11") != nil || command != nil
            let file = isElsewhere ? reader.optional("file") : reader.required("file", like: "authorities/ca-1.key")
            guard let path = file.flatMap({ path($0, "a file such as authorities/ca-1.key") }) else { return nil }
            if let passphrase, passphrase == nil { return nil }
            return KeyConfiguration(file: path, passphrase: passphrase ?? nil)
        } ?? nil
    }

    private func passphrase(_ value: LocatedValue) -> PassphraseSource? {
        let choices = "{ file: … }, { env: … } or { credential: … }"
        if case .scalar = value.content {
            value.report("a passphrase does not stand in this file", help: "say where it comes from: \(choices)")
            return nil
        }
        return value.mapping("the passphrase") { reader -> PassphraseSource? in
            let file = reader.optional("file"), environment = reader.optional("env")
            let credential = reader.optional("credential")
            let given = [file, environment, credential].compactMap(\.self)
            if given.count != 1, !reader.isEmpty || given.isEmpty {
                value.report("the passphrase comes from one place", help: "write one of \(choices)")
                return nil
            }
            if let file { return path(file, "a file").map { .file($0) } }
            if let environment { return environment.line("a variable's name").map { .environment($0) } }
            guard let credential, let name = credential.line("a credential's name") else { return nil }
            guard !name.contains("/"), name != ".", name != ".." else {
                credential.report(
                    "`\(name)` cannot be a credential's name", help: "a name without slashes, as LoadCredential= has it"
                )
                return nil
            }
            return .credential(name)
        } ?? nil
    }

    private func path(_ value: LocatedValue, _ expected: String) -> String? {
        value.line(expected, longest: 4096).flatMap { WorkspacePath.resolve($0, from: root) }
    }
}

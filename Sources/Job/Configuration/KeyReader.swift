import Issuing
import LocatedYAML
import PKI
import RotationModel

/// Reads where a private key is: an authority's, or the one for manifests. What is wrong is reported to the file's log.
struct KeyReader {
    /// What relative paths start from.
    let root: String

    func read(_ value: LocatedValue) -> KeyConfiguration? {
        if case .scalar(let text, _) = value.content {
            let isToken = text.lowercased().hasPrefix("pkcs11:")
            // A URI may carry a PIN, so it is not shown.
            value.report(
                "`key` must be a mapping", help: isToken ? "write { pkcs11: \"pkcs11:…\" }" : "write { file: \(text) }")
            return nil
        }
        return value.mapping("the key") { reader -> KeyConfiguration? in
            let command = reader.optional("command")
            command?.report(
                "`command` is not a kind of key",
                help: "write it beside `certificate`, in place of `key`: docs/issuers.md")
            if let uri = reader.optional("pkcs11") { return token(uri, reader) }
            let isElsewhere = command != nil
            let file = isElsewhere ? reader.optional("file") : reader.required("file", like: "authorities/ca-1.key")
            let secret = secret(reader, ["passphrase"])
            for name in ["module", "pin"] {
                reader.optional(name)?.report(
                    "`\(name)` belongs to a key in a token", help: "remove it, or add `pkcs11`")
            }
            guard let path = file.flatMap({ path($0, "a file such as authorities/ca-1.key") }), let secret else {
                return nil
            }
            return KeyConfiguration(file: path, passphrase: secret.source)
        } ?? nil
    }

    // MARK: Tokens

    private func token(_ value: LocatedValue, _ reader: MappingReader) -> KeyConfiguration? {
        reader.optional("file")?.report(
            "a key is in a file or in a token, not in both", help: "keep one of `file` and `pkcs11`")
        let module = reader.optional("module").map { path($0, "a file such as /usr/lib/softhsm/libsofthsm2.so") }
        let secret = secret(reader, ["pin", "passphrase"])
        guard let uri = uri(value), let secret else { return nil }
        if let module, module == nil { return nil }
        let named = (module ?? nil) ?? uri.modulePath.map { WorkspacePath.resolve($0, from: root) }
        return KeyConfiguration(.token(uri, module: named), passphrase: secret.source)
    }

    private func uri(_ value: LocatedValue) -> PKCS11URI? {
        guard let text = value.line("a URI such as \"pkcs11:token=…;object=…\"", longest: 4096) else { return nil }
        do throws(PKCS11URI.Mistake) {
            return try PKCS11URI(text)
        } catch {
            value.report(
                error.message,
                help: error.unknown.map { Suggestion.help(for: $0, among: PKCS11URI.attributes) } ?? error.help)
            return nil
        }
    }

    // MARK: What opens it

    /// Nil where something is wrong with it, which is reported.
    private func secret(_ reader: MappingReader, _ names: [String]) -> (source: PassphraseSource?, Void)? {
        let given = names.compactMap { reader.optional($0) }
        guard let value = given.first else { return (nil, ()) }
        guard given.count == 1 else {
            given.last?.report("`pin` and `passphrase` are the same thing for a token", help: "keep `pin`")
            return nil
        }
        let what = names.contains("pin") ? "PIN" : "passphrase"
        return PassphraseReader(root: root, what: what).read(value).map { ($0, ()) }
    }

    private func path(_ value: LocatedValue, _ expected: String) -> String? {
        value.line(expected, longest: 4096).flatMap { WorkspacePath.resolve($0, from: root) }
    }
}

import LocatedYAML
import RotationModel

/// Reads `rotation.yaml`. What is wrong is reported to the file's log, and reading goes on.
struct ConfigurationReader {
    private let path: String
    private let root: String

    /// - Parameter path: absolute.
    init(path: String) {
        self.path = path
        root = WorkspacePath.folder(of: path)
    }

    /// Nil, and reported, where a part that is needed is wrong.
    func read(_ value: LocatedValue) -> WorkspaceConfiguration? {
        value.mapping("the file") { top -> WorkspaceConfiguration? in
            if let version = top.required("version", like: "1"), let text = version.text("1"), text != "1" {
                version.report("version \(text) of the format is not known", help: "this program reads version 1")
            }
            let inventory = top.optional("inventory").map(inventory) ?? self.path("fleet.sqlite")
            let policies = top.optional("policies").map(policies) ?? [WorkspacePath.resolve("policies", from: root)]
            let inbox = folder(top, "inbox")
            let delivery = folder(top, "delivery")
            let reports = folder(top, "reports")
            let authorities = top.optional("authorities").map(authorities) ?? []
            let manifests = top.optional("manifests")
            let manifestConfiguration = manifests.flatMap(self.manifests)
            let limits = top.optional("limits").map(self.limits) ?? RunLimits()
            guard let inventory, let policies, let inbox, let delivery, let reports else { return nil }
            return WorkspaceConfiguration(
                path: path, root: root, inventory: inventory, policies: policies, inbox: inbox, delivery: delivery,
                reports: reports, authorities: authorities, manifests: manifestConfiguration, limits: limits)
        } ?? nil
    }

    // MARK: Places

    private func path(_ text: String) -> String? { WorkspacePath.resolve(text, from: root) }

    private func path(_ value: LocatedValue, _ expected: String) -> String? {
        value.line(expected, longest: 4096).flatMap(path)
    }

    private func folder(_ top: MappingReader, _ key: String) -> String? {
        top.optional(key).map { path($0, "a folder") } ?? path(key)
    }

    private func inventory(_ value: LocatedValue) -> String? {
        value.mapping("`inventory`") { reader in
            reader.required("sqlite", like: "fleet.sqlite").flatMap { path($0, "a file such as fleet.sqlite") }
        } ?? nil
    }

    private func policies(_ value: LocatedValue) -> [String]? {
        value.oneOrMore("a folder such as policies").map { $0.compactMap { path($0, "a folder or a file") } }
    }

    // MARK: Authorities and keys

    private func authorities(_ value: LocatedValue) -> [AuthorityConfiguration] {
        var first: [String: LocatedValue] = [:]
        let read = (value.list("authorities") ?? []).compactMap { item in
            item.mapping("the authority") { reader in
                let name = reader.required("name", like: "fleet-ca-1")
                if let name, let text = authorityName(name) {
                    if let other = first[text] {
                        name.report("there are two authorities `\(text)`", help: "the other one is at \(other.place)")
                    }
                    first[text] = first[text] ?? name
                }
                return authority(reader, name: name.flatMap { $0.text() } ?? "")
            } ?? nil
        }
        for authority in read where authority.crlShards == 1 {
            guard
                let other = read.first(where: { $0.crlShards > 1 && $0.hasShard(in: authority.crlFileName(shard: nil)) }
                )
            else { continue }
            first[authority.name]?.report(
                "the CRL of `\(authority.name)` would have the file name of a shard of `\(other.name)`",
                help: "choose another name")
        }
        return read
    }

    private func authority(_ reader: MappingReader, name: String) -> AuthorityConfiguration? {
        let certificate = reader.required("certificate", like: "authorities/ca-1.pem").flatMap {
            path($0, "a file such as authorities/ca-1.pem")
        }
        let chain = reader.optional("chain").flatMap { $0.list("files") } ?? []
        let key = reader.required("key", like: "{ file: authorities/ca-1.key }").flatMap(self.key)
        let crl = reader.optional("crl").flatMap(self.crl)
        reader.notYet("command")
        let retireAt = reader.optional("retire").flatMap { $0.timestamp() }
        let revokedAt = reader.optional("revoked").flatMap { $0.timestamp() }
        guard let certificate, let key else { return nil }
        return AuthorityConfiguration(
            name: name, certificate: certificate, chain: chain.compactMap { path($0, "a file") }, key: key,
            crlURL: crl?.url, crlValidity: crl?.validity ?? AuthorityConfiguration.defaultCRLValidity,
            crlShards: crl?.shards ?? 1, retireAt: retireAt, revokedAt: revokedAt,
            place: "\(reader.value.log.path):\(reader.value.line)")
    }

    private func authorityName(_ value: LocatedValue) -> String? {
        guard let name = value.text("a name such as fleet-ca-1") else { return nil }
        let isLegal = name.utf8.allSatisfy { byte in
            ("a"..."z").contains(Character(Unicode.Scalar(byte | 0x20)))
                || ("0"..."9").contains(Character(Unicode.Scalar(byte)))
                || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        guard (1...64).contains(name.utf8.count), isLegal, !name.hasPrefix(".") else {
            value.report(
                "`\(name)` cannot be an authority's name",
                help: "1 to 64 of the characters A-Z a-z 0-9 . _ -, and no dot at the start")
            return nil
        }
        return name
    }

    private func key(_ value: LocatedValue) -> KeyConfiguration? {
        if case .scalar(let text, _) = value.content {
            value.report("`key` must be a mapping", help: "write { file: \(text) }")
            return nil
        }
        return value.mapping("the key") { reader -> KeyConfiguration? in
            reader.notYet("pkcs11", instead: "name the key's file with `file`")
            reader.notYet("command")
            let passphrase = reader.optional("passphrase").map(self.passphrase)
            let isElsewhere = reader.optional("pkcs11") != nil || reader.optional("command") != nil
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

    // MARK: CRLs, manifests, limits

    private typealias CRL = (url: String, validity: TimeSpan, shards: Int)

    private func crl(_ value: LocatedValue) -> CRL? {
        value.mapping("`crl`") { reader -> CRL? in
            let urlValue = reader.required("url", like: "http://crl.example.com/fleet-ca-1.crl")
            let url = urlValue.flatMap(crlURL)
            let validity = reader.optional("validity").map(duration) ?? AuthorityConfiguration.defaultCRLValidity
            let shards = reader.optional("shards").map { $0.integer(in: 1...AuthorityConfiguration.mostCRLShards) } ?? 1
            guard let url, let validity, let shards else { return nil }
            if shards > 1, !RevocationListURL(url).takesShards {
                urlValue?.report(
                    "`\(url)` has no file name that a shard's number could go into",
                    help: "write one like http://crl.example.com/fleet-ca-1.crl")
                return nil
            }
            return (url, validity, shards)
        } ?? nil
    }

    private func crlURL(_ value: LocatedValue) -> String? {
        let example = "http://crl.example.com/fleet-ca-1.crl"
        guard let text = value.line("a URL such as \(example)", longest: 1024) else { return nil }
        let isVisible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        let rest = ["http://", "https://", "ldap://"].first(where: text.lowercased().hasPrefix).map {
            text.dropFirst($0.count)
        }
        guard isVisible, let rest, let first = rest.first, first != "/" else {
            value.report("`\(text)` is not a URL from which a CRL can be fetched", help: "write one like \(example)")
            return nil
        }
        return text
    }

    private func manifests(_ value: LocatedValue) -> ManifestConfiguration? {
        value.mapping("`manifests`") { reader -> ManifestConfiguration? in
            let key = reader.required("key", like: "{ file: authorities/manifest.key }").flatMap(self.key)
            let validity = reader.optional("validity").map(duration) ?? ManifestConfiguration.defaultValidity
            guard let key, let validity else { return nil }
            return ManifestConfiguration(key: key, validity: validity)
        } ?? nil
    }

    /// A duration that is not zero.
    private func duration(_ value: LocatedValue) -> TimeSpan? {
        guard let span = value.timeSpan() else { return nil }
        guard span > .zero else {
            value.report("`\(value.name)` is zero", help: "write a duration such as 30d")
            return nil
        }
        return span
    }

    private func limits(_ value: LocatedValue) -> RunLimits {
        let standard = RunLimits()
        let most = 1_000_000_000
        return value.mapping("`limits`") { reader in
            RunLimits(
                revoke: reader.optional("revoke")?.share() ?? standard.revoke,
                issue: reader.optional("issue")?.integer(in: 1...most) ?? standard.issue,
                issuePerMinute: reader.optional("issuePerMinute")?.integer(in: 1...most) ?? standard.issuePerMinute)
        } ?? standard
    }
}

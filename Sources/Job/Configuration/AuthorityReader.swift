import Issuing
import LocatedYAML
import RotationModel

/// Reads `authorities` of `rotation.yaml`. What is wrong is reported to the file's log, and reading goes on.
struct AuthorityReader {
    /// What relative paths start from.
    let root: String

    func read(_ value: LocatedValue) -> [AuthorityConfiguration] {
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
        let signing = self.signing(reader)
        let crl = reader.optional("crl").flatMap(self.crl)
        let retireAt = reader.optional("retire").flatMap { $0.timestamp() }
        let revokedAt = reader.optional("revoked").flatMap { $0.timestamp() }
        guard let certificate, let signing else { return nil }
        return AuthorityConfiguration(
            name: name, certificate: certificate, chain: chain.compactMap { path($0, "a file") }, signing: signing,
            crlURL: crl?.url, crlValidity: crl?.validity ?? AuthorityConfiguration.defaultCRLValidity,
            crlShards: crl?.shards ?? 1, retireAt: retireAt, revokedAt: revokedAt,
            place: "\(reader.value.log.path):\(reader.value.line)")
    }

    /// One of `key` and `command`, with what goes with it.
    private func signing(_ reader: MappingReader) -> AuthorityConfiguration.Signing? {
        let key = reader.optional("key"), command = reader.optional("command"), issuer = reader.optional("issuer")
        if let command {
            key?.report(
                "the authority has both `key` and `command`",
                help: "keep `key` where this job signs, `command` where an external issuer does")
            if let crl = reader.optional("crl") {
                crl.report(
                    "`crl` stands beside `command`: what this job does not sign for, it signs no CRL for either",
                    help:
                        "remove it; the external issuer publishes its own CRL and writes its place into certificates")
            }
            let read = IssuerReader(root: root).read(command, settings: issuer)
            return key == nil ? read.map { .issuer($0) } : nil
        }
        issuer?.report("`issuer` says how `command` is run, and there is none", help: "remove it, or add `command`")
        guard let key else {
            reader.value.report(
                "the authority has neither `key` nor `command`",
                help:
                    "add `key: { file: authorities/ca-1.key }`, or `command: [PROGRAM, ARGUMENT…]` for an external issuer"
            )
            return nil
        }
        return KeyReader(root: root).read(key).map { .key($0) }
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

    private typealias CRL = (url: String, validity: TimeSpan, shards: Int)

    private func crl(_ value: LocatedValue) -> CRL? {
        value.mapping("`crl`") { reader -> CRL? in
            let urlValue = reader.required("url", like: "http://crl.example.com/fleet-ca-1.crl")
            let url = urlValue.flatMap(crlURL)
            let validity =
                reader.optional("validity").map { $0.positiveTimeSpan() } ?? AuthorityConfiguration.defaultCRLValidity
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

    private func path(_ value: LocatedValue, _ expected: String) -> String? {
        value.line(expected, longest: 4096).flatMap { WorkspacePath.resolve($0, from: root) }
    }
}

import Fleet
import Foundation
import PKI
import RotationModel
import Testing

@testable import Issuing
@testable import Job
@testable import Planning

@Suite("rotation.yaml")
struct ConfigurationTests {
    @Test("A file that says only its version has the defaults of a new workspace")
    func defaults() throws {
        let folder = try ScratchFolder()
        let path = try folder.write("rotation.yaml", "version: 1\n")
        let configuration = try WorkspaceConfiguration.load(path: path)
        #expect((configuration.path, configuration.root) == (path, folder.path))
        #expect(configuration.inventory.text == "\(folder.path)/fleet.sqlite")
        #expect(configuration.policies == ["\(folder.path)/policies"])
        #expect(configuration.inbox == InboxConfiguration(path: "\(folder.path)/inbox"))
        #expect((configuration.inbox.keep, configuration.inbox.keepRejected) == (.days(14), .days(90)))
        #expect(configuration.delivery == "\(folder.path)/delivery")
        #expect(configuration.reports == "\(folder.path)/reports")
        #expect(configuration.authorities == [])
        #expect(configuration.manifests == nil)
        #expect(configuration.limits == RunLimits())
        #expect((configuration.limits.issue, configuration.limits.issuePerMinute) == (100_000, 60_000))
        #expect(configuration.limits.revoke == Share("5%"))
    }

    @Test("Everything of the format is read, with paths seen from the file")
    func everything() throws {
        let folder = try ScratchFolder()
        let path = try folder.write(
            "rotation.yaml",
            """
            version: 1
            inventory: { sqlite: ./data/fleet.sqlite }
            policies: [policies, /etc/policies/more.yaml]
            inbox: /srv/inbox
            delivery: out
            reports: ../reports
            authorities:
              - name: fleet-ca-1
                certificate: authorities/ca-1.pem
                chain: [authorities/root.pem]
                key: { file: authorities/ca-1.key, passphrase: { env: CA_PASSPHRASE } }
                crl: { url: "http://crl.example.com/fleet-ca-1.crl", validity: 3d, shards: 4 }
                retire: 2027-06-01
              - name: fleet-ca-2
                certificate: ca-2.pem
                key: { file: ca-2.key, passphrase: { credential: ca-2 } }
                revoked: 2026-11-01T12:00:00Z
            manifests: { key: { file: manifest.key, passphrase: { file: secret } }, validity: 10d }
            limits: { revoke: 1%, issue: 5, issuePerMinute: 6 }
            """)
        let configuration = try WorkspaceConfiguration.load(path: path)
        let root = folder.path
        #expect(configuration.inventory.text == "\(root)/data/fleet.sqlite")
        #expect(configuration.policies == ["\(root)/policies", "/etc/policies/more.yaml"])
        #expect(
            (configuration.inbox.path, configuration.delivery, configuration.reports) == (
                "/srv/inbox", "\(root)/out", "\(root)/../reports"
            ))
        let first = try #require(configuration.authority(named: "fleet-ca-1"))
        #expect(first.certificate == "\(root)/authorities/ca-1.pem")
        #expect(first.chain == ["\(root)/authorities/root.pem"])
        #expect(
            first.key
                == KeyConfiguration(file: "\(root)/authorities/ca-1.key", passphrase: .environment("CA_PASSPHRASE")))
        #expect((first.crlURL, first.crlValidity) == ("http://crl.example.com/fleet-ca-1.crl", .days(3)))
        #expect(
            (first.crlShards, first.retireAt, first.revokedAt) == (4, Timestamp(rfc3339: "2027-06-01T00:00:00Z"), nil))
        #expect(first.place == "\(path):8")
        let second = try #require(configuration.authority(named: "fleet-ca-2"))
        #expect((second.crlURL, second.chain, second.key?.passphrase) == (nil, [], .credential("ca-2")))
        #expect(
            (second.crlShards, second.retireAt, second.revokedAt) == (
                1, nil, Timestamp(rfc3339: "2026-11-01T12:00:00Z")
            ))
        #expect(
            configuration.manifests
                == ManifestConfiguration(
                    key: KeyConfiguration(file: "\(root)/manifest.key", passphrase: .file("\(root)/secret")),
                    validity: .days(10)))
        #expect(configuration.limits == RunLimits(revoke: try #require(Share("1%")), issue: 5, issuePerMinute: 6))
    }

    @Test(
        "The inbox is a folder, or a mapping that also says how long things are kept there",
        arguments: [
            ("inbox: drop", "drop", 14, 90),
            ("inbox: { path: drop, keep: 3d, keepRejected: 2w }", "drop", 3, 14),
            ("inbox: { keep: 30d }", "inbox", 30, 90),
            ("inbox: { keepRejected: 1d }", "inbox", 14, 1),
            ("inbox: { path: drop }", "drop", 14, 90),
        ])
    func inbox(line: String, folder name: String, keep: Int64, keepRejected: Int64) throws {
        let folder = try ScratchFolder()
        let path = try folder.write("rotation.yaml", "version: 1\n\(line)\n")
        #expect(
            try WorkspaceConfiguration.load(path: path).inbox
                == InboxConfiguration(
                    path: "\(folder.path)/\(name)", keep: .days(keep), keepRejected: .days(keepRejected)))
    }

    @Test("A key in a token has its URI, its module and its PIN's place, with paths seen from the file")
    func tokens() throws {
        let folder = try ScratchFolder()
        let root = folder.path
        let mapping = "pkcs11: \"pkcs11:token=fleet;object=ca?module-path=lib/a.so\""
        for (rest, module, pin) in [
            ("", "\(root)/lib/a.so", nil), (", module: b.so, pin: { file: p }", "\(root)/b.so", .file("\(root)/p")),
            (", passphrase: { env: PIN }", "\(root)/lib/a.so", .environment("PIN")),
        ] as [(String, String, PassphraseSource?)] {
            let text = "version: 1\nmanifests: { key: { \(mapping)\(rest) } }\n"
            let path = try folder.write("rotation.yaml", text)
            let key = try #require(try WorkspaceConfiguration.load(path: path).manifests?.key)
            let uri = try PKCS11URI("pkcs11:token=fleet;object=ca?module-path=lib/a.so")
            #expect(key == KeyConfiguration(.token(uri, module: module), passphrase: pin))
        }
    }

    @Test(
        "A mistake is told at its place",
        arguments: [
            ("inventery: x", "2:1: error: unknown key `inventery` in the file; did you mean `inventory`?"),
            ("inventory: fleet.sqlite", "2:12: error: `inventory` must be a mapping of keys"),
            ("inbox: [a]", "2:8: error: `inbox` is a list"),
            ("inbox:", "2:6: error: `inbox` has no value"),
            ("inbox: { pth: a }", "2:10: error: unknown key `pth` in `inbox`; did you mean `path`?"),
            ("inbox: { path: [a] }", "2:16: error: `path` is a list"),
            ("inbox: { keep: 14 }", "2:16: error: `14` is not a duration"),
            ("inbox: { keep: 0d }", "2:16: error: `keep` is zero"),
            ("inbox: { keepRejected: -1d }", "2:24: error: `-1d` is not a duration"),
            ("limits: { revoke: 5 }", "2:19: error: `5` is not a percentage; did you mean `5%`?"),
            ("limits: { issue: 0 }", "2:18: error: 0 is out of range"),
            ("manifests: { key: manifest.key }", "2:19: error: `key` must be a mapping; write { file: manifest.key }"),
            ("manifests: { key: { file: k }, validity: 0d }", "2:42: error: `validity` is zero"),
            (
                "manifests: { key: \"pkcs11:token=a\" }",
                "2:19: error: `key` must be a mapping; write { pkcs11: \"pkcs11:…\" }"
            ),
            (
                "manifests: { key: { pkcs11: \"token=a\" } }",
                "2:29: error: a PKCS#11 URI starts with `pkcs11:`; write"
            ),
            (
                "manifests: { key: { pkcs11: \"pkcs11:token=a;objekt=b\" } }",
                "2:29: error: unknown attribute `objekt` in the URI; did you mean `object`?"
            ),
            (
                "manifests: { key: { pkcs11: \"pkcs11:token=a?pin-value=1\" } }",
                "2:29: error: the URI has `pin-value`, which is not taken here; a PIN does not stand in this file"
            ),
            (
                "manifests: { key: { pkcs11: \"pkcs11:token=a\", file: k } }",
                "2:53: error: a key is in a file or in a token, not in both"
            ),
            (
                "manifests: { key: { pkcs11: \"pkcs11:token=a\", pin: 1234 } }",
                "2:52: error: a PIN does not stand in this file"
            ),
            (
                "manifests: { key: { pkcs11: \"pkcs11:token=a\", pin: { env: A }, passphrase: { env: B } } }",
                "2:76: error: `pin` and `passphrase` are the same thing for a token; keep `pin`"
            ),
            (
                "manifests: { key: { pkcs11: \"pkcs11:token=a\", pin: { evn: A } } }",
                "2:54: error: unknown key `evn` in the PIN; did you mean `env`?"
            ),
            (
                "manifests: { key: { file: k, module: m.so } }",
                "2:38: error: `module` belongs to a key in a token; remove it, or add `pkcs11`"
            ),
            (
                "manifests: { key: { file: k, passphrase: secret } }",
                "2:42: error: a passphrase does not stand in this file"
            ),
            (
                "manifests: { key: { file: k, passphrase: {} } }",
                "2:42: error: the passphrase comes from one place"
            ),
            (
                "manifests: { key: { file: k, passphrase: { env: A, file: b } } }",
                "2:42: error: the passphrase comes from one place"
            ),
            (
                "manifests: { key: { file: k, passphrase: { credential: ../x } } }",
                "2:56: error: `../x` cannot be a credential's name"
            ),
            (
                "authorities: [{ name: .a, certificate: c, key: { file: k } }]",
                "2:23: error: `.a` cannot be an authority's name"
            ),
            (
                "authorities: [{ name: a/b, certificate: c, key: { file: k } }]",
                "2:23: error: `a/b` cannot be an authority's name"
            ),
            ("authorities: [{ certificate: c, key: { file: k } }]", "2:15: error: the authority has no `name`"),
            ("authorities: [{ name: a, key: { file: k } }]", "2:15: error: the authority has no `certificate`"),
            (
                "authorities: [{ name: a, certificate: c }]",
                "2:15: error: the authority has neither `key` nor `command`"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, command: [/x] }]",
                "2:47: error: the authority has both `key` and `command`"
            ),
            (
                "authorities: [{ name: a, certificate: c, command: /x/ca --config y }]",
                "2:51: error: `command` must be a list of the program and its arguments; no shell splits it: "
                    + "write [/x/ca, --config, y]"
            ),
            ("authorities: [{ name: a, certificate: c, command: [] }]", "2:51: error: `command` is an empty list"),
            (
                "authorities: [{ name: a, certificate: c, command: [ca] }]",
                "2:52: error: `ca` is no path of a program; it is not looked up in PATH"
            ),
            (
                "authorities: [{ name: a, certificate: c, command: [/x, [y]] }]",
                "2:56: error: `command` is a list; write a word"
            ),
            (
                "authorities: [{ name: a, certificate: c, command: [/x], crl: { url: \"http://x/y\" } }]",
                "2:62: error: `crl` stands beside `command`"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, issuer: { tries: 1 } }]",
                "2:68: error: `issuer` says how `command` is run, and there is none"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { command: [/x] } }]",
                "2:58: error: `command` is not a kind of key"
            ),
            (
                "authorities: [{ name: a, certificate: c, command: [/x], issuer: { tries: 0 } }]",
                "2:74: error: 0 is out of range; write a whole number from 1 to 20"
            ),
            (
                "authorities: [{ name: a, certificate: c, command: [/x], issuer: { timeout: 2h } }]",
                "2:76: error: `timeout` is 2h; write at most 1h"
            ),
            (
                "authorities: [{ name: a, certificate: c, command: [/x], issuer: { timeouts: 1m } }]",
                "2:67: error: unknown key `timeouts` in `issuer`; did you mean `timeout`"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, retire: x }]",
                "2:68: error: `x` is not a date"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, revoked: 2026-13-01 }]",
                "2:69: error: `2026-13-01` is not a date"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, crl: { url: \"ftp://x/y\" } }]",
                "2:72: error: `ftp://x/y` is not a URL"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, crl: { url: \"http://x/y\", shards: 0 } }]",
                "2:94: error: 0 is out of range; write a whole number from 1 to 65536"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, crl: { url: \"http://x/y\", shards: 65537 } }]",
                "2:94: error: 65537 is out of range"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, crl: { url: \"http://x.example\", shards: 2 } }]",
                "2:72: error: `http://x.example` has no file name that a shard's number could go into"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, crl: { url: \"http://x.example/y/?z\", shards: 2 } }]",
                "2:72: error: `http://x.example/y/?z` has no file name"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, crl: { url: \"ldap://x/cn=y?certificateRevocationList\", shards: 2 } }]",
                "2:72: error: `ldap://x/cn=y?certificateRevocationList` has no file name"
            ),
            (
                "authorities: [{ name: a, certificate: c, key: { file: k }, crl: { url: \"http://x/y\", shards: 2 } }, "
                    + "{ name: a-1-of-2, certificate: c, key: { file: k } }]",
                "2:109: error: the CRL of `a-1-of-2` would have the file name of a shard of `a`"
            ),
            ("version: 1", "2:1: error: the key `version` stands twice"),
        ])
    func mistakes(line: String, message: String) throws {
        let folder = try ScratchFolder()
        let path = try folder.write("rotation.yaml", "version: 1\n\(line)\n")
        let error = try #require(throws: ConfigurationError.self) { try WorkspaceConfiguration.load(path: path) }
        #expect(error.failure.code == .configuration)
        #expect(error.diagnostics.count == 1)
        let told = try #require(error.description.split(separator: "\n").last)
        #expect(told.hasPrefix("\(path):\(message)"), "\(told)")
    }

    @Test("An external issuer has a program, with its arguments as they are and its bounds")
    func issuer() throws {
        let folder = try ScratchFolder()
        let path = try folder.write(
            "rotation.yaml",
            """
            version: 1
            authorities:
              - { name: a, certificate: c, command: [/x/ca, --config, "a b", 7], issuer: { timeout: 2m, batch: 5, tries: 1 } }
              - { name: b, certificate: c, command: [issuers/ca] }
            """)
        let configuration = try WorkspaceConfiguration.load(path: path)
        let first = try #require(configuration.authority(named: "a"))
        #expect(first.key == nil && first.crlURL == nil)
        #expect(
            first.issuer
                == IssuerConfiguration(
                    program: "/x/ca", arguments: ["--config", "a b", "7"], timeout: .minutes(2), batch: 5, tries: 1))
        let second = try #require(configuration.authority(named: "b")?.issuer)
        #expect(second == IssuerConfiguration(program: "\(folder.path)/issuers/ca"))
        #expect((second.timeout, second.batch, second.tries) == (.minutes(1), 100, 4))
    }

    @Test("All mistakes are told at once, and two authorities of one name name both places")
    func allAtOnce() throws {
        let folder = try ScratchFolder()
        let authority = "  - { name: a, certificate: c, key: { file: k } }\n"
        let path = try folder.write(
            "rotation.yaml", "version: 2\nauthorities:\n\(authority)\(authority)limits: { issue: x }\n")
        let error = try #require(throws: ConfigurationError.self) { try WorkspaceConfiguration.load(path: path) }
        #expect(error.diagnostics.count == 3)
        #expect(error.failure.message == "there are 3 mistakes in the configuration")
        #expect(error.description.contains("there are two authorities `a`; the other one is at \(path):3:13"))
    }

    @Test(
        "A shard's number stands before the suffix of its CRL's URL, or after a name without one",
        arguments: [
            ("http://crl.example.com/fleet.crl", "http://crl.example.com/fleet-1-of-3.crl"),
            ("http://crl.example.com/a.b/fleet", "http://crl.example.com/a.b/fleet-1-of-3"),
            ("https://crl.example.com/v1.2/fleet.ca.crl", "https://crl.example.com/v1.2/fleet.ca-1-of-3.crl"),
            ("http://crl.example.com/fleet?f=x.crl", "http://crl.example.com/fleet-1-of-3?f=x.crl"),
            ("http://crl.example.com/fleet.crl?path=/a.b#c", "http://crl.example.com/fleet-1-of-3.crl?path=/a.b#c"),
            ("http://crl.example.com/.crl", "http://crl.example.com/-1-of-3.crl"),
        ])
    func shardURLs(url: String, second: String) {
        let sharded = authority(url: url, shards: 3)
        #expect(sharded.crlURLs().count == 3)
        #expect(sharded.crlURLs()[1] == second)
        #expect(Set(sharded.crlURLs()).count == 3)
        #expect(authority(url: url, shards: 1).crlURLs() == [url])
    }

    @Test("CRL files are named after the authority, and after the shard where there are several")
    func shardFiles() {
        #expect(authority(url: nil, shards: 1).crlURLs() == [])
        #expect(authority(url: nil, shards: 1).crlFileNames() == ["ca-1.crl"])
        let sharded = authority(url: nil, shards: 2)
        #expect(sharded.crlFileNames() == ["ca-1-0-of-2.crl", "ca-1-1-of-2.crl"])
        #expect(sharded.crlFileName(shard: 1) == "ca-1-1-of-2.crl")
        #expect(sharded.crlFileName(shard: nil) == "ca-1.crl")
    }

    private func authority(url: String?, shards: Int) -> AuthorityConfiguration {
        AuthorityConfiguration(
            name: "ca-1", certificate: "c", signing: .key(KeyConfiguration(file: "k")), crlURL: url, crlShards: shards)
    }

    @Test("An authority may have the name of a shard that another authority does not have")
    func likeShards() throws {
        let folder = try ScratchFolder()
        let rest = "certificate: c, key: { file: k }"
        let path = try folder.write(
            "rotation.yaml",
            """
            version: 1
            authorities:
              - { name: a, \(rest), crl: { url: "http://x/y", shards: 2 } }
              - { name: a-2-of-2, \(rest) }
              - { name: a-01-of-2, \(rest) }
              - { name: b-0-of-1, \(rest) }
              - { name: b, \(rest), crl: { url: "http://x/y", shards: 1 } }
            """)
        #expect(try WorkspaceConfiguration.load(path: path).authorities.count == 5)
    }

    @Test("What is no readable file is an error that says what to do")
    func unreadable() throws {
        let folder = try ScratchFolder()
        func failure(_ name: String) throws -> RotationError {
            try #require(throws: ConfigurationError.self) {
                try WorkspaceConfiguration.load(path: "\(folder.path)/\(name)")
            }.failure
        }
        let missing = try failure("none.yaml")
        #expect((missing.code, missing.message) == (.configuration, "there is no such file or folder"))
        #expect(missing.advice.contains("rotation-job init"))
        #expect(try failure(".").message == "this is a folder, not a file")
        #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
        #expect(try failure("pipe").message == "this is not a regular file")
        _ = try folder.write("large.yaml", String(repeating: "#", count: 2 << 20))
        #expect(try failure("large.yaml").message == "there is a mistake in the configuration")
        _ = try folder.write("empty.yaml", "")
        #expect(try failure("empty.yaml").code == .configuration)
    }

    @Test("The file that is named is taken, whether it exists or not")
    func explicit() {
        #expect(WorkspaceConfiguration.find(explicit: "/nowhere/x.yaml") == "/nowhere/x.yaml")
    }

    @Test("Of a policy folder, the YAML files that are not hidden are read, by name, and shown from the root")
    func policyFiles() throws {
        let folder = try ScratchFolder()
        for name in ["b.yaml", "a.yml", ".hidden.yaml", "notes.txt", "c.yaml~"] {
            _ = try folder.write("policies/\(name)", name)
        }
        let lone = try folder.write("lone.policy", "x")
        let files = try PolicyFiles.read(
            ["\(folder.path)/policies", lone, "\(folder.path)/policies/b.yaml"], root: folder.path)
        #expect(files.count == 3)
        let shown = files.map { String(reflecting: $0) }
        for (text, path) in zip(shown, ["policies/a.yml", "policies/b.yaml", "lone.policy"]) {
            #expect(text.contains("path: \"\(path)\""))
        }
    }

    @Test("A policy folder that does not exist, or a folder named like a file, is an error of the configuration")
    func missingPolicies() throws {
        let folder = try ScratchFolder()
        func code(_ path: String) throws -> RotationError.Code {
            try #require(throws: RotationError.self) { try PolicyFiles.read([path], root: folder.path) }.code
        }
        #expect(try code("\(folder.path)/none") == .configuration)
        _ = try folder.write("policies/x.yaml/inner", "")
        #expect(try code("\(folder.path)/policies") == .configuration)
    }
}

/// A folder that is gone when the test is.
private final class ScratchFolder {
    let path = FileManager.default.temporaryDirectory.path + "/rotation-configuration-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, and makes the folders on its way.
    func write(_ name: String, _ text: String) throws -> String {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}

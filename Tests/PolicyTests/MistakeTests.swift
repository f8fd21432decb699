import LocatedYAML
import Policy
import RotationModel
import Testing

@Suite("Mistakes in policy files")
struct MistakeTests {
    @Test("The smallest policy loads, with the documented defaults")
    func defaults() throws {
        let loaded = load(policy())
        #expect(loaded.told == [])
        let policy = try #require(loaded.set?.policies.first)
        #expect(policy.expiry == ExpiryRule())
        #expect(policy.expiry.renewBefore == .share(try #require(Share("33%"))))
        #expect(policy.expiry.spread.isNothing)
        #expect((policy.expiry.overlap, policy.expiry.confirmWithin) == (.days(7), .days(30)))
        #expect(policy.expiry.expired == .replace)
        #expect(policy.compliance == ComplianceRule())
        #expect((policy.rekey, policy.batch, policy.perRun, policy.priority) == (.required, 500, nil, 0))
        #expect(policy.profile.backdate == .minutes(5))
        #expect(policy.profile.keyUsage == [.digitalSignature])
        #expect(policy.profile.extendedKeyUsage == [.clientAuth])
        #expect(policy.profile.subjectAlternativeNames.isEmpty)
        #expect(policy.place == PolicyPlace(file: "1.yaml", line: 3))
    }

    @Test("Everything of the format that acts is read")
    func everything() throws {
        let loaded = load(
            policy(
                """
                owner: a@example.com
                description: Sensors
                priority: 10
                expiry: { renewBefore: 30d, spread: 10%, overlap: 1d, confirmWithin: 2w, expired: report }
                compliance: { key: replace, signature: report, sharedKey: replace, issuer: ignore, authority: replace, age: { over: 365d, do: report }, superseded: retire }
                rollout: { batch: 100, perRun: 1000 }
                """,
                profile: profile(
                    replacing: "-",
                    with:
                        "backdate: 1h\n    keyUsage: [digitalSignature, keyAgreement]\n    extendedKeyUsage: clientAuth"
                )))
        #expect(loaded.told == [])
        let policy = try #require(loaded.set?.policies.first)
        #expect((policy.owner, policy.description, policy.priority) == ("a@example.com", "Sensors", 10))
        #expect(policy.expiry.renewBefore == .span(.days(30)))
        #expect(policy.expiry.spread == .share(try #require(Share("10%"))))
        #expect(
            (policy.expiry.overlap, policy.expiry.confirmWithin, policy.expiry.expired) == (
                .days(1), .days(14), .report
            ))
        #expect(
            policy.compliance
                == ComplianceRule(
                    [
                        "key": .replace, "signature": .report, "sharedKey": .replace, "issuer": .ignore,
                        "authority": .replace, "age": .report,
                    ], oldest: .days(365), superseded: .retire))
        #expect((policy.batch, policy.perRun) == (100, 1000))
        #expect(policy.profile.backdate == .hours(1))
        #expect(policy.profile.keyUsage == [.digitalSignature, .keyAgreement])
    }

    @Test(
        "A mistake in a policy is told at its place",
        arguments: [
            ("renewBefore: 30d", "6:5: unknown key `renewBefore` in the policy"),
            ("expiry: { renewBefor: 30d }", "6:15: unknown key `renewBefor` in `expiry`"),
            ("expiry: { renewBefore: 30 }", "6:28: `30` is not a duration"),
            ("expiry: { renewBefore: 120% }", "6:28: `120%` is not a percentage"),
            ("expiry: { renewBefore: 90d }", nil), ("expiry: { renewBefore: 100% }", nil),
            ("expiry: { renewBefore: 13w }", nil),
            ("expiry: { expired: retire }", "6:24: unknown action `retire`"),
            ("expiry: [1]", "6:13: `expiry` must be a mapping of keys, and this is a list"),
            ("compliance: { key: retire }", "6:24: unknown action `retire`"),
            ("compliance: { authority: retire }", "6:30: unknown action `retire`"),
            ("compliance: { superseded: replace }", "6:31: unknown action `replace`"),
            ("compliance: { age: 365d }", "6:24: `age` must be a mapping"),
            ("compliance: { age: { over: 0d, do: report } }", "6:32: every certificate is older than 0d"),
            ("compliance: { age: { over: 1d } }", "6:24: `age` has no `do`"),
            ("compliance: { age: { over: 4m, do: replace } }", nil),
            ("rollout: { batch: 0 }", "6:23: 0 is out of range"),
            ("rollout: { batch: 100001 }", "6:23: 100001 is out of range"),
            ("rollout: { perRun: 0 }", "6:24: 0 is out of range"),
            ("rollout: { perRun: many }", "6:24: `many` is not a whole number"),
            ("priority: high", "6:15: `high` is not a whole number"),
            ("owner: \"\"", "6:12: `owner` is empty"),
        ] as [(String, String?)])
    func policyMistakes(line: String, message: String?) {
        let loaded = load(policy(line))
        #expect(loaded.set == nil)
        #expect(loaded.diagnostics.count == 1)
        if let message { #expect(loaded.told == ["1.yaml:\(message)"]) }
        #expect(loaded.diagnostics.allSatisfy { !$0.help.isEmpty && !$0.sourceLine.isEmpty })
    }

    @Test(
        "A mistake in a profile is told",
        arguments: [
            ("authority", "authority: fleet-ca-2", "there is no authority `fleet-ca-2`"),
            ("signature", "signature: SHA1WITHRSA", "unknown signature `SHA1WITHRSA`"),
            (
                "signature", "signature: SHA256WITHRSA",
                "the key of authority `fleet-ca-1` cannot make SHA256WITHRSA signatures"
            ),
            ("validity", "validity: 0d", "a certificate that is valid for 0d"),
            ("validity", "", "the profile has no `validity`"),
            ("keys", "keys: []", "`keys` is an empty list"), ("keys", "", "the profile has no `keys`"),
            ("keys", "keys: [rsa-1024]", "`rsa-1024` is not a key that a device may have"),
            ("keys", "keys: [ecdsa-p256+]", "`ecdsa-p256+` is not a key that a device may have"),
            ("keys", "keys: [ecdsa-p256, ecdsa-p256]", "`ecdsa-p256` stands twice"),
            ("subject", "subject: \"\"", "`subject` is empty"),
            ("subject", "subject: \"CN={devcie}\"", "unknown placeholder `{devcie}`"),
            ("subject", "subject: \"CN={device\"", "a `{` is not closed"),
            ("subject", "subject: \"CN={label:}\"", "unknown placeholder `{label:}`"),
            ("subject", "subject: \"XY={device}\"", "unknown attribute `XY`"),
            ("subject", "subject: \"CN={device},\"", "an empty component in the subject"),
            ("subject", "subject: \"CN={device}+O=Example\"", "an unescaped `+` in the value `{device}+O=Example`"),
            ("subject", "subject: \"CN={device},C=Germany\"", "C is 7 characters long"),
            ("subject", "subject: \"CN={device},C=1x\"", "C would be `1x`, which is not a country's two letters"),
            ("", "backdate: 2d", "a backdate of 2d"),
            ("", "keyUsage: []", "`keyUsage` is an empty list"),
            ("", "keyUsage: [digitalsignature]", "unknown key usage `digitalsignature`"),
            ("", "keyUsage: [keyCertSign]", "`keyCertSign` is for authorities, not for devices"),
            ("", "keyUsage: [encipherOnly]", "`encipherOnly` has no meaning without keyAgreement"),
            ("", "extendedKeyUsage: [tlsClient]", "unknown extended key usage `tlsClient`"),
            (
                "", "subjectAlternativeNames: [\"urn:device:{device}\"]",
                "`urn:device:{device}` does not say which kind of name it is"
            ),
            ("", "subjectAlternativeNames: [\"URI:{device}\"]", "the URI does not start with a scheme"),
            ("", "subjectAlternativeNames: [\"URI:urn:a b\"]", "` ` cannot stand in a URI as it is"),
            ("", "subjectAlternativeNames: [\"DNS:a_b.example\"]", "`a_b.example` is not a legal host name"),
            ("", "subjectAlternativeNames: [\"DNS:{device}_.example\"]", "`_.example` cannot stand in a host name"),
            ("", "subjectAlternativeNames: [\"IP:300.1.1.1\"]", "`300.1.1.1` is not an IP address"),
            ("", "subjectAlternativeNames: [\"EMAIL:nobody\"]", "`nobody` is not a mail address"),
            ("", "sans: []", "unknown key `sans` in the profile"),
        ])
    func profileMistakes(key: String, line: String, message: String) {
        let loaded = load(policy(profile: profile(replacing: key, with: line)))
        #expect(loaded.set == nil)
        #expect(loaded.messages == [message])
        #expect(loaded.diagnostics.allSatisfy { !$0.help.isEmpty })
    }

    @Test(
        "A mistake at the top of a file is told",
        arguments: [
            ("policies: []", "1:1: the file has no `version`"),
            ("version: 2\npolicies: []", "1:10: version 2 of the format is not known"),
            ("version: 1", "1:1: the file has none of `policies`, `profiles`, `revocations` and `tests`"),
            ("version: 1\npolicy: []\nprofiles: []", "2:1: unknown key `policy` in the file"),
            ("version: 1\npolicies: {}", "2:11: `policies` must be a list"),
            ("version: 1\npolicies: [x]", "2:12: the policy must be a mapping of keys"),
            ("version: 1\ntests: {}", "2:8: `tests` must be a list"),
            ("version: 1\nrevocations: {}", "2:14: `revocations` must be a list"),
            ("version: 1\nrevocations: [x]", "2:15: the revocation must be a mapping of keys"),
            ("[]", "1:1: the file must be a mapping of keys, and this is a list"),
        ])
    func fileMistakes(text: String, message: String) {
        let loaded = load(text)
        #expect(loaded.set == nil)
        #expect(loaded.told == ["1.yaml:\(message)"])
    }

    @Test(
        "A name is 1 to 64 of A-Z a-z 0-9 . _ -", arguments: ["a b", "ä", "a/b", String(repeating: "x", count: 65)])
    func names(name: String) {
        #expect(load(policy(name: "\"\(name)\"")).messages == ["`\(name)` cannot be a name"])
    }

    @Test("An empty name is called empty", arguments: ["\"\"", "''"])
    func emptyName(name: String) {
        let loaded = load(policy().replacing("name: sensors", with: "name: \(name)"))
        #expect(loaded.messages == ["`name` is empty"])
        #expect(
            load(policy().replacing("profile: client", with: "profile: \(name)")).messages == ["`profile` is empty"])
    }

    @Test(
        "One slip is one mistake: what follows from it is not told",
        arguments: [
            ("profile: client", "profil: client", "unknown key `profil` in `issuance`", "did you mean `profile`?"),
            ("- name: sensors", "- nmae: sensors", "unknown key `nmae` in the policy", "did you mean `name`?"),
            ("- name: sensors", "- name: \"a b\"", "`a b` cannot be a name", "1 to 64 of"),
            ("- name: client", "- name: client!", "`client!` cannot be a name", "1 to 64 of"),
            ("expiry: {}", "expiry: [1]", "`expiry` must be a mapping of keys, and this is a list", "{ key: value }"),
            ("priority: 1", "prio: 1", "unknown key `prio` in the policy", "did you mean `priority`?"),
        ])
    func oneSlip(right: String, wrong: String, message: String, help: String) {
        let text =
            policy("priority: 1\nexpiry: {}")
            + "tests:\n  - { name: t, given: { left: 1d }, expect: { action: none, policy: sensors } }\n"
        #expect(load(text).told == [])
        let loaded = load(text.replacing(right, with: wrong))
        #expect(loaded.messages == [message])
        #expect(loaded.diagnostics.first?.help.contains(help) == true, "\(loaded.diagnostics.map(\.help))")
    }

    @Test("A quote that is left open is what is told, not the braces around it")
    func openQuote() {
        let loaded = load(policy("rollout: { windows: [{ days: Mon, from: \"01:00, to: \"05:00\" }] }"))
        #expect(loaded.messages == ["a text in quotes ends here, and more follows"])
        #expect(loaded.diagnostics.first?.help.hasPrefix("is the quote before it closed?") == true)
    }

    @Test("Every mistake of every file is told at once, by file and line")
    func allAtOnce() {
        let first = policy("expiry: { renewBefor: 1d, spread: x }\npriority: y")
        let second =
            "version: 1\npolicies:\n  - name: b\n    match: { labels: { a: 1 } }\n    issuance: { profile: clint }\n    colour: red\n"
        #expect(
            load(first, second).told == [
                "1.yaml:6:15: unknown key `renewBefor` in `expiry`", "1.yaml:6:39: `x` is not a duration",
                "1.yaml:7:15: `y` is not a whole number", "2.yaml:5:26: there is no profile `clint`",
                "2.yaml:6:5: unknown key `colour` in the policy",
            ])
    }

    @Test("A name that stands twice is told at the second place, naming the first, across files too")
    func duplicates() throws {
        let loaded = load(policy(), policy())
        #expect(
            loaded.told == [
                "2.yaml:3:11: there are two policies `sensors`", "2.yaml:8:11: there are two profiles `client`",
            ])
        #expect(
            loaded.diagnostics.map(\.help) == ["the other one is at 1.yaml:3:11", "the other one is at 1.yaml:8:11"])
    }

    @Test("Only one policy may match every device", arguments: ["match: {}", "match:", "owner: x"])
    func catchAlls(match: String) {
        func file(_ name: String) -> String {
            "version: 1\npolicies:\n  - name: \(name)\n    \(match)\n    issuance: { profile: client }\n"
        }
        let profiles = "version: 1\nprofiles:\n" + profile()
        #expect(load(file("a"), profiles).told == [])
        #expect(
            load(file("a"), file("b"), profiles).messages == [
                "this policy matches every device, and so does `a` at 1.yaml:3:5"
            ])
    }

    @Test(
        "An empty condition is a mistake, not a condition that anything meets",
        arguments: [
            "account: []", "labels: {}", "labels: { a: [] }", "device: []", "issuer: ", "device: \"sensor-[\"",
            "issuer: somebody",
            "labels: [a]", "label: { a: b }",
        ])
    func emptyConditions(condition: String) {
        let text = policy().replacing("match: { labels: { product: sensor } }", with: "match: { \(condition) }")
        let loaded = load(text)
        #expect(loaded.set == nil)
        #expect(loaded.diagnostics.count == 1)
    }

    @Test("A lead that takes the whole validity only together with its spread is a warning")
    func spreadWarning() {
        let loaded = load(policy("expiry: { renewBefore: 60d, spread: 30d }"))
        #expect(loaded.diagnostics.map(\.severity) == [.warning])
        #expect(loaded.set != nil)
    }

    @Test(
        "An overlap that is longer than what is left when a certificate is replaced is a warning, where it is written",
        arguments: [
            ("overlap: 31d", 1), ("overlap: 30d", 0), ("spread: 2d, overlap: 31d", 0), ("spread: 2d", 0),
        ])
    func overlapWarning(line: String, count: Int) {
        let loaded = load(policy("expiry: { renewBefore: 30d, \(line) }"))
        #expect(loaded.diagnostics.map(\.severity) == Array(repeating: .warning, count: count))
        #expect(loaded.diagnostics.allSatisfy { $0.sourceLine.dropFirst($0.column - 1).hasPrefix("31d") })
        #expect(loaded.set != nil)
        #expect(load(policy("expiry: { renewBefore: 1d }")).told == [])
    }

    @Test("Without authorities, references to them are taken on trust")
    func loneFiles() throws {
        let loaded = load(
            policy(profile: profile(replacing: "signature", with: "signature: SHA256WITHRSA")), authorities: nil)
        #expect(loaded.told == [])
        #expect(try #require(loaded.set).profiles.first?.authoritySubject == nil)
    }
}

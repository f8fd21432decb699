import Basics
import LocatedYAML
import Policy
import RotationModel
import Testing

@Suite("Mistakes in revocations")
struct RevocationMistakeTests {
    private static let digest = String(repeating: "5a", count: 32)

    @Test(
        "A mistake is told at its place, with what would be right",
        arguments: [
            ("reason: superseded", "3:11: this revocation names every certificate of the fleet", "say in `match`"),
            (
                "match: {}\nreason: superseded", "4:12: this revocation names every certificate of the fleet",
                "say in `match`"
            ),
            ("match: { labels: {} }\nreason: superseded", "4:22: `labels` is empty", "write `label: value`"),
            (
                "match: { device: x }\ncertificates: {}\nreason: superseded", "5:19: `certificates` is empty",
                "say in it which"
            ),
            (
                "match: { device: x }\ncertificates:\nreason: superseded", "5:18: `certificates` has no value",
                "give it keys"
            ),
            ("match: { device: x }", "3:5: the revocation has no `reason`", "add `reason: keyCompromise`"),
            (
                "match: { device: x }\nreason: keycompromise", "5:13: unknown reason `keycompromise`",
                "did you mean `keyCompromise`?"
            ),
            (
                "match: { device: x }\nreason: certificateHold",
                "5:13: certificateHold can be lifted again, and what is revoked here stays revoked",
                "write another reason"
            ),
            (
                "match: { device: x }\nreason: removeFromCRL",
                "5:13: removeFromCRL stands only in delta CRLs, which are not made", "write another reason"
            ),
            (
                "match: { device: x }\nreason: superseded\nmode: revoke", "6:11: unknown mode `revoke`",
                "one of: revoke-now, replace-then-revoke"
            ),
            (
                "match: { device: x }\nreason: superseded\nmode: revoke-now\ndeadline: 1h",
                "7:15: `revoke-now` waits for nothing, so it has no deadline", "remove it"
            ),
            (
                "match: { device: x }\nreason: superseded\ndeadline: 0h", "6:15: a deadline of 0d",
                "write `mode: revoke-now`"
            ),
            (
                "match: { device: x }\nreason: superseded\ndeadline: 72", "6:15: `72` is not a duration",
                "a duration has a unit"
            ),
            (
                "match: { device: x }\nreason: superseded\nwhen: now", "6:5: unknown key `when` in the revocation",
                "one of: description,"
            ),
        ])
    func ruleMistakes(lines: String, told: String, help: String) {
        let loaded = load(revocation(lines))
        #expect(loaded.set == nil)
        #expect(loaded.told == ["1.yaml:\(told)"])
        #expect(loaded.diagnostics.allSatisfy { $0.help.hasPrefix(help) }, "\(loaded.diagnostics.map(\.help))")
    }

    @Test(
        "A mistake in what names certificates is told at its place",
        arguments: [
            ("fingerprints: []", "5:35: `fingerprints` is an empty list"),
            ("fingerprints: [abc]", "5:36: `abc` is not a SHA-256"),
            ("fingerprints: \(digest)0", "5:35: `\(digest)0` is not a SHA-256"),
            (
                "fingerprints: \(String(repeating: "ab", count: 20))",
                "5:35: `\(String(repeating: "ab", count: 20))` is a SHA-1"
            ),
            ("fingerprints: [\(digest), \(digest.uppercased())]", "5:102: `\(digest.uppercased())` stands twice"),
            ("keys: []", "5:27: `keys` is an empty list"), ("keys: [x]", "5:28: `x` is not a SHA-256"),
            ("serials: [], issuer: CN=x", "5:30: `serials` is an empty list"),
            ("serials: [12g4], issuer: CN=x", "5:31: `12g4` is not a serial number"),
            ("serials: [0a, 00:0A], issuer: CN=x", "5:35: `00:0A` stands twice"),
            ("issuer: []", "5:29: `issuer` is an empty list"),
            ("issuer: somebody", "5:29: `somebody` is not a distinguished name"),
            ("issuedBefore: yesterday", "5:35: `yesterday` is not a date"),
            ("issuedBefore: 2026-02-30", "5:35: `2026-02-30` is not a date"),
            ("key: []", "5:26: `key` is an empty list"),
            ("key: [rsa-1024, rsa1024]", "5:37: `rsa1024` is not a kind of key"),
            ("signature: []", "5:32: `signature` is an empty list"),
            ("signature: [SHA1-WITH-RSA]", "5:33: unknown signature `SHA1-WITH-RSA`"),
            ("sharedKey: false", "5:32: `sharedKey: false` narrows nothing"),
            ("sharedKey: yes", "5:32: `yes` is neither true nor false"),
            ("sharedkey: true", "5:21: unknown key `sharedkey` in `certificates`"),
            ("serial: 0a", "5:21: unknown key `serial` in `certificates`"),
        ])
    func certificateMistakes(condition: String, told: String) {
        let loaded = load(
            revocation("match: { device: x }\ncertificates: { \(condition) }\nreason: superseded"))
        #expect(loaded.set == nil)
        #expect(loaded.told == ["1.yaml:\(told)"])
        #expect(loaded.diagnostics.allSatisfy { !$0.help.isEmpty })
    }

    @Test(
        "What may not be meant is a warning, and the rule acts",
        arguments: [
            (
                "match: { device: x }\nreason: keyCompromise",
                "5:13: without a `deadline`, a stolen key stays good until its device confirms a replacement, however long that takes"
            ),
            (
                "certificates: { serials: [0a] }\nreason: superseded",
                "4:19: `serials` without `issuer`: two authorities may have given the same serial number"
            ),
            (
                "match:\ncertificates: { sharedKey: true }\nreason: superseded",
                "4:11: `match` is empty: this revocation is for every device"
            ),
        ])
    func warnings(lines: String, told: String) {
        let loaded = load(revocation(lines))
        #expect(loaded.set?.revocations.count == 1)
        #expect(loaded.told == ["1.yaml:\(told)"])
        #expect(loaded.diagnostics.allSatisfy { $0.severity == .warning && !$0.help.isEmpty })
    }

    @Test(
        "These are said without a word",
        arguments: [
            "match: { device: x }\nreason: keyCompromise\nmode: revoke-now",
            "match: { device: x }\nreason: keyCompromise\ndeadline: 72h",
            "match: {}\ncertificates: { sharedKey: true }\nreason: superseded",
            "match: { issuer: CN=x }\ncertificates: { serials: 0a }\nreason: superseded",
            "certificates: { serials: 0a, issuer: CN=x }\nreason: superseded",
            "certificates: { signature: [SHA256WITHRSA, MD5WITHRSA, ECDSA-WITH-SHA1, DSA_WITH_SHA1, 1.2.840.113549.1.1.3] }\nreason: superseded",
        ])
    func silence(lines: String) {
        let loaded = load(revocation(lines))
        #expect(loaded.told == [])
        #expect(loaded.set?.revocations.count == 1)
    }

    @Test(
        "Every reason of RFC 5280 is read but the two that nothing is revoked for", arguments: RevocationReason.allCases
    )
    func reasons(reason: RevocationReason) {
        let loaded = load(revocation("match: { device: x }\nmode: revoke-now\nreason: \(reason.rawValue)"))
        #expect(loaded.set?.revocations.first?.reason == reason)
    }

    @Test("A name that stands twice is told at the second place, across files too")
    func duplicates() {
        let lines = "match: { device: x }\nreason: superseded"
        let loaded = load(revocation(lines), revocation(lines))
        #expect(loaded.told == ["2.yaml:3:11: there are two revocations `lot`"])
        #expect(loaded.diagnostics.map(\.help) == ["the other one is at 1.yaml:3:11"])
    }

    @Test("A revocation may have the name of a policy: they are looked for in different places")
    func namesOfPolicies() {
        #expect(load(policy(), revocation("match: { device: x }\nreason: superseded", name: "sensors")).told == [])
    }

    @Test("Ten thousand fingerprints are read in no time, and each is found")
    func manyFingerprints() throws {
        let all = (0..<10_000).map { Hex.encode(spreadHash([UInt8($0 & 255), UInt8($0 >> 8)]).bytes) }
        let text = revocation("certificates: { fingerprints: [\(all.joined(separator: ", "))] }\nreason: superseded")
        var rules: [RevocationRule] = []
        let took = ContinuousClock().measure { rules = load(text).set?.revocations ?? [] }
        #expect(try #require(rules.first).certificates.fingerprints == Set(all.compactMap { Fingerprint(hex: $0) }))
        #expect(took < .seconds(20))
    }
}

import LocatedYAML
import Policy
import Testing

@Suite("Rules that messages go by")
struct DiagnosticRuleTests {
    @Test(
        "Each kind of mistake has a rule of its own",
        arguments: [
            ("priority: [", "syntax"), ("owner: &a x", "syntax"), ("priority: 1\npriority: 2", "duplicate-key"),
            ("colour: red", "unknown-key"), ("expiry: [1]", "wrong-type"), ("priority: [1]", "wrong-type"),
            ("priority: \"1\"", "wrong-type"), ("expiry: { expired: burn }", "unknown-word"),
            ("expiry: { renewBefore: 5x }", "bad-value"), ("expiry: { renewBefore: }", "missing-value"),
            ("compliance: { age: { over: 1d } }", "missing-key"), ("expiry: { renewBefore: 91d }", "due-at-issue"),
            ("expiry: { renewBefore: 1d, overlap: 9d }", "long-overlap"),
            ("rollout: { freezes: [{ from: 2026-01-01, until: 2026-12-31 }] }", "long-freeze"),
            (
                "expiry: { renewBefore: 1d, overlap: 1h }\nrollout: { windows: [{ days: Mon, from: 01:00, to: 02:00 }] }",
                "too-rare-window"
            ),
            ("rollout: { windows: [{ days: Mon, from: 01:00, to: 01:00 }] }", "never-open"),
            ("rollout: { onNoWindow: hold }", "without-effect"),
        ])
    func policies(line: String, rule: String) {
        let loaded = load(policy(line))
        #expect(loaded.diagnostics.map(\.rule.id) == [rule], "\(loaded.told)")
    }

    @Test(
        "So has what does not fit together",
        arguments: [
            ("profile: client", "profile: clint", "unknown-name"), ("fleet-ca-1", "fleet-ca-2", "unknown-name"),
            ("ECDSA-WITH-SHA256", "SHA256WITHRSA", "unsignable"),
            ("rsa-2048+", "ecdsa-p256", "duplicate-value"), ("profiles:", "profiles:\n\(profile())", "duplicate-name"),
        ])
    func together(right: String, wrong: String, rule: String) {
        let loaded = load(policy().replacing(right, with: wrong))
        #expect(loaded.diagnostics.map(\.rule.id) == [rule], "\(loaded.told)")
    }

    @Test("Rules have names of their own, in small letters and hyphens, and each is among those that are listed")
    func names() {
        let rules = Diagnostic.Rule.ofReading + Diagnostic.Rule.ofPolicies
        #expect(Set(rules.map(\.id)).count == rules.count)
        #expect(rules.allSatisfy { $0.id.allSatisfy { $0 == "-" || ("a"..."z").contains($0) } && !$0.meaning.isEmpty })
        #expect(rules.allSatisfy { $0.kind == "mistake" })
        #expect(load("").diagnostics.map(\.rule) == [.unreadable])
    }
}

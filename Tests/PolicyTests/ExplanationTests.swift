import Policy
import RotationModel
import Testing

@Suite("Why a policy decides")
struct ExplanationTests {
    private func set() throws -> PolicySet {
        func item(_ name: String, _ priority: Int, _ match: String) -> String {
            "  - { name: \(name), priority: \(priority), match: { \(match) }, issuance: { profile: client } }\n"
        }
        let loaded = load(
            "version: 1\npolicies:\n" + item("low", -5, "labels: { product: [pump, valve] }")
                + item("b", 7, "device: \"sensor-*\"") + item("a", 7, "account: 111122223333")
                + item("other", 9, "device: \"pump-*\", notLabels: { stage: [lab, field] }, issuer: CN=x")
                + "profiles:\n" + profile())
        return try #require(loaded.set, "\(loaded.told)")
    }

    private let facts = SelectorFacts(
        account: "111122223333", labels: ["product": "pump", "stage": "field"], issuer: "CN=x")

    @Test("Each policy says what it has to do with the device")
    func outcomes() throws {
        let set = try set()
        func outcomes(_ device: String, _ facts: SelectorFacts) -> [String: PolicyConsideration.Outcome] {
            let all = set.explainSelection(for: facts, device: DeviceID(checked: device))
            return Dictionary(uniqueKeysWithValues: all.map { ($0.policy.name, $0.outcome) })
        }
        #expect(
            outcomes("x", facts) == [
                "other": .doesNotMatch, "a": .decides, "b": .doesNotMatch, "low": .outranked(by: "a"),
            ])
        #expect(
            outcomes("sensor-1", facts) == [
                "other": .doesNotMatch, "a": .tied(with: ["b"]), "b": .tied(with: ["a"]), "low": .outranked(by: "a"),
            ])
        let stranger = SelectorFacts(account: "9", labels: [:], issuer: "CN=y")
        #expect(outcomes("x", stranger).values.allSatisfy { $0 == .doesNotMatch })
    }

    @Test("Each condition is told with what the device has")
    func conditions() throws {
        let all = try set().explainSelection(for: facts, device: DeviceID(checked: "valve-1"))
        let other = try #require(all.first { $0.policy.name == "other" })
        #expect(
            other.conditions.map { "\($0.key) \($0.expected) \($0.found ?? "-") \($0.holds)" } == [
                "notLabels.stage [\"lab\", \"field\"] field false", "device [\"pump-*\"] valve-1 false",
                "issuer [\"CN=x\"] CN=x true",
            ])
        let bare = try set().explainSelection(
            for: SelectorFacts(account: "9", labels: [:], issuer: "CN=y"), device: DeviceID(checked: "d"))
        let low = try #require(bare.first { $0.policy.name == "low" })
        #expect(low.conditions.map(\.found) == [nil])
        #expect(low.conditions.map(\.holds) == [false])
    }

    @Test("Explaining and selecting never disagree", arguments: 0..<200)
    func agreement(seed: Int) throws {
        let set = try set()
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        func pick(_ choices: [String]) -> String {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            return choices[Int(state >> 33) % choices.count]
        }
        var labels: [String: String] = [:]
        for (name, values) in [("product", ["pump", "valve", "gateway"]), ("stage", ["lab", "field", "desk"])]
        where pick(["yes", "no"]) == "yes" {
            labels[name] = pick(values)
        }
        let facts = SelectorFacts(
            account: pick(["111122223333", "9"]), labels: labels, issuer: pick(["CN=x", "CN=y", "cn=x"]))
        let device = DeviceID(checked: pick(["sensor-1", "pump-1", "x"]))
        let all = set.explainSelection(for: facts, device: device)
        let deciding = all.indices.filter { all[$0].outcome == .decides }
        let tied = all.indices.filter { if case .tied = all[$0].outcome { true } else { false } }
        switch set.select(for: facts, device: device) {
        case .none: #expect(deciding.isEmpty && tied.isEmpty && all.allSatisfy { $0.outcome == .doesNotMatch })
        case .one(let index): #expect(deciding == [index] && tied.isEmpty)
        case .ambiguous(let indices): #expect(deciding.isEmpty && tied == indices)
        }
        for one in all { #expect(one.conditions.allSatisfy(\.holds) == (one.outcome != .doesNotMatch)) }
    }

    @Test("The share of the spread leads to the due date")
    func spread() throws {
        let set = try #require(load(policy("expiry: { renewBefore: 30d, spread: 7d }")).set)
        let certificate = CertificateFacts(
            notBefore: "2026-01-01T00:00:00Z", notAfter: "2026-04-01T00:00:00Z", key: .ecdsaP256,
            signature: .ecdsaWithSHA256, issuer: "CN=x")
        for number in 0..<50 {
            let device = DeviceID(checked: "d\(number)")
            let share = set.policies[0].spreadShare(of: device)
            #expect((0..<1).contains(share))
            let due = set.policies[0].dueDate(of: certificate, device: device)
            let earlier = (certificate.notAfter - .days(30) - due).seconds
            #expect(abs(Double(earlier) - share * 7 * 86_400) <= 1)
        }
    }

    @Test(
        "Policies of one priority are contested unless their conditions exclude each other",
        arguments: [
            ("labels: { a: x }", "labels: { a: y }", false), ("labels: { a: [x, z] }", "labels: { a: [y, z] }", true),
            ("labels: { a: x }", "labels: { b: x }", true), ("labels: { a: x }", "notLabels: { a: [x, y] }", false),
            ("labels: { a: [x, z] }", "notLabels: { a: x }", true), ("account: 1", "account: [2, 3]", false),
            ("account: 1", "account: [1, 3]", true), ("device: \"a*\"", "device: \"b*\"", false),
            ("device: \"a*\"", "device: \"ab*\"", true), ("device: abc", "device: \"ab*\"", true),
            ("device: ab", "device: \"abc*\"", false), ("device: [a, b]", "device: [c, d]", false),
            ("issuer: CN=x", "issuer: \"CN=y\"", false), ("issuer: CN=x", "issuer: \"cn=x\"", true),
            ("labels: { a: x }", "device: \"*\"", true),
        ])
    func contested(first: String, second: String, isContested: Bool) throws {
        let text =
            "version: 1\npolicies:\n"
            + [("a", first), ("b", second)].map {
                "  - { name: \($0), match: { \($1) }, issuance: { profile: client } }\n"
            }
            .joined() + "profiles:\n" + profile()
        let set = try #require(load(text).set)
        #expect(set.contested.pairs.map { [$0, $1] } == (isContested ? [[0, 1]] : []))
        let ranked = try #require(load(text.replacing("name: a,", with: "name: a, priority: 1,")).set)
        #expect(ranked.contested.pairs.isEmpty)
    }
}

import Policy
import RotationModel
import Testing

@Suite("Which policy decides")
struct SelectionTests {
    @Test(
        "Patterns match whole device ids",
        arguments: [
            ("sensor-*", "sensor-1", true), ("sensor-*", "sensor-", true), ("sensor-*", "xsensor-1", false),
            ("*", "", true), ("*", "a/b", true), ("?", "日", true), ("?", "ab", false), ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbY", false), ("[a-c]1", "b1", true), ("[a-c]1", "d1", false), ("[!a-c]1", "d1", true),
            ("[]x]", "]", true), ("[a-]", "-", true), ("\\*", "*", true), ("\\*", "x", false), ("A", "a", false),
        ])
    func globs(pattern: String, text: String, matches: Bool) throws {
        #expect(try #require(Glob(pattern)).matches(text) == matches)
    }

    @Test("A pattern that is none is refused", arguments: ["[", "[a", "[z-a]", "\\", "[]"])
    func badGlobs(pattern: String) { #expect(Glob(pattern) == nil) }

    @Test("A pattern of many stars is no trap", .timeLimit(.minutes(10)))
    func manyStars() throws {
        let glob = try #require(Glob(String(repeating: "a*", count: 30) + "b"))
        #expect(!glob.matches(String(repeating: "a", count: 128)))
    }

    /// Whether a policy with this `match` covers the device `sensor-1`.
    private func covers(_ match: String, _ facts: SelectorFacts, device: String = "sensor-1") throws -> Bool {
        let loaded = load(policy().replacing("match: { labels: { product: sensor } }", with: "match: { \(match) }"))
        let set = try #require(loaded.set, "\(loaded.told)")
        return set.select(among: set.candidates(for: facts), device: DeviceID(checked: device)) == .one(0)
    }

    private static let facts = SelectorFacts(
        account: "111122223333", labels: ["product": "pump", "stage": "field"],
        issuer: "CN=Example Fleet CA 1,O=Example Devices")

    @Test(
        "All conditions must hold, and of a list one",
        arguments: [
            ("account: 111122223333", true), ("account: [\"1\", \"111122223333\"]", true), ("account: \"1\"", false),
            ("labels: { product: [sensor, pump] }", true), ("labels: { product: sensor }", false),
            ("labels: { colour: red }", false),
            ("labels: { product: pump, stage: lab }", false), ("notLabels: { stage: field }", false),
            ("notLabels: { stage: [lab, desk] }", true), ("notLabels: { colour: red }", true),
            ("device: \"sensor-*\"", true),
            ("device: [\"x*\", \"*1\"]", true), ("device: \"pump-*\"", false),
            ("issuer: \"CN=Example Fleet CA 1,O=Example Devices\"", true),
            ("issuer: \"cn=Example Fleet CA 1, o=Example Devices\"", true),
            ("issuer: \"O=Example Devices,CN=Example Fleet CA 1\"", false),
            ("issuer: \"CN=Example Fleet CA 2,O=Example Devices\"", false),
            ("labels: { product: pump }, account: \"1\"", false),
        ])
    func conditions(match: String, holds: Bool) throws {
        #expect(try covers(match, SelectionTests.facts) == holds)
    }

    @Test("The highest priority wins; of equals among the matching, all are named")
    func priorities() throws {
        func item(_ name: String, _ priority: Int, _ match: String) -> String {
            "  - { name: \(name), priority: \(priority), match: { \(match) }, issuance: { profile: client } }\n"
        }
        let text =
            "version: 1\npolicies:\n" + item("low", -5, "labels: { product: pump }")
            + item("b", 7, "device: \"sensor-*\"")
            + item("a", 7, "account: 111122223333") + item("other", 9, "device: \"pump-*\"") + "profiles:\n" + profile()
        let set = try #require(load(text).set)
        #expect(set.policies.map(\.name) == ["other", "a", "b", "low"])
        let candidates = set.candidates(for: SelectionTests.facts)
        func select(_ device: String) -> Selection { set.select(among: candidates, device: DeviceID(checked: device)) }
        #expect(select("sensor-1") == .ambiguous([1, 2]))
        #expect(select("pump-1") == .one(0))
        #expect(select("x") == .one(1))
        let others = set.candidates(for: SelectorFacts(account: "9", labels: ["product": "pump"], issuer: "CN=x"))
        #expect(set.select(among: others, device: DeviceID(checked: "x")) == .one(3))
        let strangers = set.candidates(for: SelectorFacts(account: "9", labels: [:], issuer: "CN=x"))
        #expect(set.select(among: strangers, device: DeviceID(checked: "x")) == .none)
    }
}

import LocatedYAML
import Policy
import RotationModel
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("The shipped example policies")
struct ExamplePolicyTests {
    static let names = ["gateways.yaml", "sensors.yaml", "strict.yaml"]

    private func example(_ name: String, file: String = #filePath) throws -> SourceFile {
        let root = file.split(separator: "/").dropLast(3).joined(separator: "/")
        let stream = try #require(fopen("/\(root)/policies/\(name)", "r"))
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: 100_000)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, stream))
        return SourceFile(path: "policies/\(name)", bytes: bytes)
    }

    @Test("Each of them loads alone without a word", arguments: names)
    func alone(name: String) throws {
        let loaded = PolicySet.load([try example(name)], authorities: [p256Authority], sha256: spreadHash)
        #expect(loaded.diagnostics == [])
        #expect(loaded.set?.policies.count == 1)
    }

    @Test("All of them load together, and each device finds its own")
    func together() throws {
        let loaded = PolicySet.load(
            try ExamplePolicyTests.names.map { try example($0) }, authorities: [p256Authority], sha256: spreadHash)
        #expect(loaded.diagnostics == [])
        let set = try #require(loaded.set)
        #expect(set.policies.map(\.name) == ["site-gateways", "field-sensors", "strict-default"])
        func policy(_ labels: [String: String]) -> String? {
            let facts = SelectorFacts(account: "1", labels: labels, issuer: "CN=x")
            guard case .one(let index) = set.select(among: set.candidates(for: facts), device: DeviceID(checked: "d"))
            else { return nil }
            return set.policies[index].name
        }
        #expect(policy(["product": "pump", "stage": "field"]) == "field-sensors")
        #expect(policy(["product": "gateway", "stage": "field"]) == "site-gateways")
        #expect(policy(["product": "gateway", "stage": "lab"]) == "strict-default")
        #expect(policy([:]) == "strict-default")
    }

    @Test(
        "Each of them has tests, which pass alone and together", arguments: names.map { [$0] } + [names, names + [lot]])
    func tests(names: [String]) throws {
        let loaded = PolicySet.load(
            try names.map { try example($0) }, authorities: [p256Authority], sha256: spreadHash)
        let results = try #require(loaded.set).runTests()
        #expect(results.filter { !$0.passed }.map { "\($0.test.name): \($0.outcome.map { "\($0)" } ?? "")" } == [])
        for name in names { #expect(results.contains { $0.test.place.file == "policies/\(name)" }, "\(name)") }
    }

    private static let lot = "stolen-lot.yaml.example"

    @Test(
        "The example of a revocation loads beside them without a word, names the lot and nothing else, and is no policy file"
    )
    func stolenLot() throws {
        let name = "stolen-lot.yaml.example"
        #expect(!name.hasSuffix(".yaml") && !name.hasSuffix(".yml"))
        let loaded = PolicySet.load(
            try (ExamplePolicyTests.names + [name]).map { try example($0) }, authorities: [p256Authority],
            sha256: spreadHash)
        #expect(loaded.diagnostics == [])
        let rules = try #require(loaded.set).revocations
        #expect(rules.map(\.name) == ["stolen-lot-2211", "stolen-gateways-now"])
        #expect(rules.map(\.mode) == [.replaceThenRevoke, .revokeNow])
        #expect(rules.map(\.deadline) == [.hours(72), nil])
        func named(lot: String, id: String, notBefore: Timestamp = "2026-05-01T00:00:00Z") -> [String] {
            let digest = spreadHash([1])
            let certificate = RevocableFacts(
                fingerprint: Fingerprint(digest), serialNumber: SerialNumber(bytes: [1]),
                issuer: p256Authority.subject, notBefore: notBefore, key: .ecdsaP256,
                keyFingerprint: KeyFingerprint(digest), signature: .ecdsaWithSHA256)
            let facts = SelectorFacts(account: "1", labels: ["lot": lot], issuer: p256Authority.subject)
            return rules.filter { $0.matches(certificate, facts, id: DeviceID(checked: id)) }.map(\.name)
        }
        #expect(named(lot: "2211", id: "sensor-1") == ["stolen-lot-2211"])
        #expect(named(lot: "2211", id: "sensor-1", notBefore: "2026-06-01T00:00:00Z") == [])
        #expect(named(lot: "2212", id: "sensor-1") == [])
        #expect(named(lot: "1", id: "gateway-2211-02") == ["stolen-gateways-now"])
    }
}

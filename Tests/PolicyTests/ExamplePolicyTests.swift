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
}

import LocatedYAML
import Policy
import RotationModel
import Testing

@testable import Job

@Suite("What policies mean for the inventory")
struct PolicyReachTests {
    /// `severity kind line: message`, one for each.
    private func told(_ policies: [PolicyText], revocations: String = "", devices: [String: [String: String]])
        throws -> [String]
    {
        let fleet = try TestFleet(policies: policyFile(policies) + revocations)
        for (device, labels) in devices { try fleet.add(device, left: .days(60), labels: labels) }
        if !devices.isEmpty { try fleet.load() }
        let checked = try fleet.workspace.checkPolicies([], at: TestFleet.now)
        #expect(checked.diagnostics.allSatisfy { $0.sourceLine.contains("name: ") && !$0.help.isEmpty })
        #expect(Set(checked.diagnostics.map(\.rule)).isSubset(of: CheckedPolicies.rules))
        return checked.diagnostics.map { "\($0.severity) \($0.rule.id) \($0.line):\($0.column): \($0.message)" }
    }

    private let pumps = PolicyText(name: "pumps", match: "{ labels: { product: pump } }")
    private let field = PolicyText(name: "field", match: "{ labels: { stage: field } }")

    @Test("Two policies of equal priority that match one device are an error with that device")
    func proof() throws {
        #expect(
            try told([pumps, field], devices: ["a": ["product": "pump"], "b": ["product": "pump", "stage": "field"]])
                == [
                    "error equal-priority 10:5: `field` and `pumps` (policies/policy.yaml:3) both match device b, and have the same priority, 10"
                ])
    }

    @Test("Without such a device they are a warning; where they exclude each other, nothing")
    func noProof() throws {
        let devices = ["a": ["product": "pump"], "b": ["stage": "field"]]
        #expect(
            try told([pumps, field], devices: devices) == [
                "warning equal-priority 10:5: `field` and `pumps` (policies/policy.yaml:3) can match the same device, and have the same priority, 10"
            ])
        #expect(try told([pumps, field], devices: [:]).count == 1)
        var apart = field
        apart.match = "{ labels: { stage: field }, notLabels: { product: pump } }"
        #expect(try told([pumps, apart], devices: devices) == [])
        apart = field
        apart.priority = 11
        #expect(try told([pumps, apart], devices: devices) == [])
    }

    @Test("A policy that no device reaches is a warning, with the one that stands above it")
    func unreached() throws {
        var low = pumps
        (low.name, low.priority) = ("low", 1)
        #expect(
            try told([pumps, low, field], devices: ["a": ["product": "pump"]]).filter { !$0.contains("equal-priority") }
                == [
                    "warning unreached-policy 10:5: policy `low` decides for no device of the inventory: each that it matches belongs to a policy of higher priority, such as `pumps` (policies/policy.yaml:3)",
                    "warning unreached-policy 17:5: policy `field` decides for no device of the inventory",
                ])
        // Before the first import nobody is reached, which is no policy's fault.
        #expect(try told([pumps], devices: [:]) == [])
    }

    @Test("A revocation that reaches no certificate is a warning", arguments: [("7", 0), ("8", 1)])
    func unreachedRevocation(lot: String, count: Int) throws {
        let rule =
            "revocations:\n  - name: lot\n    match: { labels: { lot: \"\(lot)\" } }\n    reason: superseded\n"
        let found = try told(
            [pumps], revocations: rule, devices: ["a": ["product": "pump"], "b": ["lot": "7", "product": "pump"]])
        #expect(found.count == count)
        #expect(found.allSatisfy { $0.hasPrefix("warning unreached-revocation") && $0.contains("`lot`") })
    }
}

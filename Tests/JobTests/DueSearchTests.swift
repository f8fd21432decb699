import Fleet
import Issuing
import PKI
import Policy
import RotationModel
import RotationTesting
import Testing

@testable import Job
@testable import Planning

@Suite("A plan made from what the inventory lists as due")
struct DueSearchTests {
    @Test(
        "It is the plan that looking at every device makes, whatever the fleet, its policies and its past",
        arguments: 0..<24)
    func sameAsTheWalk(_ seed: Int) async throws {
        var life = RandomLife(seed: UInt64(seed))
        try await life.live(rounds: 6)
    }

    @Test("It looks at no device that is neither due nor under way")
    func looksAtFew() async throws {
        let fleet = try TestFleet(
            policies: policyFile([PolicyText(compliance: "{ key: replace, sharedKey: replace }")]))
        for number in 0..<20 { try fleet.add("d\(number)", left: .days(number == 7 ? 10 : 60)) }
        try fleet.load()
        #expect(try fleet.devicesLookedAt(at: TestFleet.now) == ["d7"])
        try await fleet.run()
        #expect(try fleet.devicesLookedAt(at: TestFleet.now) == ["d7"])
    }

    @Test("A device with other labels is looked at as its new policy wants it")
    func relabelled() async throws {
        let policies = [
            PolicyText(name: "short", match: "{ labels: { site: a } }", expiry: "{ renewBefore: 10d }"),
            PolicyText(name: "long", match: "{ labels: { site: b } }", expiry: "{ renewBefore: 60d }"),
        ]
        let fleet = try TestFleet(policies: policyFile(policies))
        try fleet.add("d", left: .days(50), labels: ["site": "a"])
        try fleet.load()
        #expect(try await fleet.plan().lines == [])
        fleet.relabel("d", ["site": "b"])
        try fleet.load()
        #expect(try await fleet.plan().lines == ["d request-csr expiring"])
    }

    @Test("A leftover is looked at for as long as it is beside the current certificate")
    func leftovers() async throws {
        let fleet = try TestFleet(policies: policyFile([PolicyText(compliance: "{ superseded: retire }")]))
        try fleet.add("d", left: .days(60))
        try fleet.add("d", left: .days(50))
        try fleet.load()
        #expect(try fleet.devicesLookedAt(at: TestFleet.now) == ["d"])
        try await fleet.run()
        #expect(try fleet.devicesLookedAt(at: TestFleet.now) == [])
    }
}

extension TestFleet {
    /// The devices that a search finds, in the order of their rows.
    fileprivate func devicesLookedAt(at: Timestamp) throws -> [String] {
        let policies = try workspace.loadPolicies().set
        return try inventory().planningSnapshot { snapshot in
            let planner = Planner(
                policies: policies, authorities: try workspace.authorities().known, at: at, snapshot: snapshot,
                waiting: WaitingRequests(),
                revocations: try RevocationScope.find(in: snapshot, rules: policies.revocations, at: at))
            var search = DueSearch(planner, try AuthorityEndings(planner.authorities, snapshot, at: at))
            var names: [String] = []
            try snapshot.forEachDevice(of: try search.devices(contested: [])) { names.append($0.id.text) }
            return names
        }
    }
}

/// A fleet of every kind of device under policies of every kind, and what happens to it.
private struct RandomLife {
    private var random: SeededGenerator
    private var now = TestFleet.now
    private var keys: [PrivateKey] = []
    /// The key of each device's last CSR.
    private var handedIn: [String: PrivateKey] = [:]
    private var number = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func live(rounds: Int) async throws {
        let fleet = try TestFleet(
            policies: policies(), manifestValidity: "60d",
            authority: chance(0.3) ? "retire: 2027-02-01" : "", successor: true)
        for _ in 0..<30 { try addDevice(to: fleet) }
        try fleet.load()
        for _ in 0..<rounds {
            _ = try? await fleet.planReadBothWays(at: now, limit: chance(0.2) ? 3 : nil)
            try await happen(to: fleet)
            now = now + TimeSpan(seconds: Int64.random(in: 1...(25 * 86_400), using: &random))
        }
        _ = try? await fleet.planReadBothWays(at: now)
    }

    // MARK: What happens

    private mutating func happen(to fleet: TestFleet) async throws {
        for device in 0..<number where chance(0.3) {
            handedIn["d\(device)"] = try fleet.handIn("d\(device)", algorithm: chance(0.1) ? .ecdsaP384 : .ecdsaP256)
        }
        _ = try? await fleet.planReadBothWays(at: now)
        // Of policies that contradict each other, nothing can be run.
        if (try? await fleet.run(at: now)) != nil {
            for device in 0..<number where chance(0.5) && fleet.hasManifest("d\(device)") {
                try confirm("d\(device)", in: fleet)
            }
            _ = try? await fleet.planReadBothWays(at: now + .days(1))
            _ = try? await fleet.run(at: now + .days(1))
        }
        if chance(0.4) { for device in 0..<number where chance(0.2) { fleet.relabel("d\(device)", labels()) } }
        if chance(0.3) {
            fleet.change("d\(Int.random(in: 0..<number, using: &random))", to: pick(CertificateStatus.allCases))
        }
        if chance(0.5) { try addDevice(to: fleet) }
        _ = try? fleet.load()
        if chance(0.4) { try fleet.setPolicies(policies()) }
    }

    /// Proves the key of the certificate in the device's manifest, if there is one.
    private func confirm(_ device: String, in fleet: TestFleet) throws {
        guard let issued = try? fleet.manifest(device).certificate else { return }
        let key = [handedIn[device], fleet.keys[device]].compactMap { $0 }.first {
            $0.publicKey.identity == issued.publicKey.identity
        }
        if let key { try fleet.confirm(device, key, at: now) }
    }

    private mutating func addDevice(to fleet: TestFleet) throws {
        let device = "d\(number)"
        number += 1
        let (labels, account) = (labels(), pick(["111122223333", "444455556666"]))
        for _ in 0..<pick([1, 1, 1, 1, 2, 3]) {
            let lifetime = TimeSpan.days(pick([1, 7, 30, 90, 365, 3650]))
            let left = TimeSpan(seconds: Int64.random(in: -5 * 86_400...lifetime.seconds, using: &random))
            let algorithm: KeyAlgorithm = pick([.ecdsaP256, .ecdsaP256, .ecdsaP384, .ecdsaP521])
            let key: PrivateKey? = chance(0.1) ? keys.randomElement(using: &random) : nil
            try fleet.add(
                device, left: left, lifetime: lifetime,
                status: pick([.active, .active, .active, .active, .inactive, .pendingActivation]),
                key: key, algorithm: algorithm, labels: labels, account: account,
                signature: chance(0.1) ? .ecdsaWithSHA384 : nil)
            if let key = fleet.keys[device] { keys.append(key) }
        }
    }

    // MARK: What policies say

    private mutating func policies() -> String {
        var list: [PolicyText] = []
        for place in 0..<pick([1, 2, 3, 4]) {
            list.append(
                PolicyText(
                    name: "p\(place)", priority: chance(0.9) ? place : 1, match: match(),
                    expiry:
                        "{ renewBefore: \(lead()), spread: \(pick(["0d", "5d", "20%"])), overlap: \(pick(["0d", "3d"])), "
                        + "expired: \(pick(["replace", "report"]))"
                        + (chance(0.2) ? ", contact: { seen: 10d, renewBefore: \(lead()) }" : "") + " }",
                    compliance: compliance(), rekey: pick(["required", "allowed"]), profile: pick(["client", "other"]),
                    rollout: pick(["{ batch: 500 }", "{ waves: [20%, 100%] }", "{ perRun: 2 }"])))
        }
        let profiles = [
            ProfileText(),
            ProfileText(
                name: "other", authority: pick(["fleet-ca-1", "fleet-ca-2"]), validity: "40d",
                keys: pick(["[ecdsa-p256]", "[ecdsa-p384]"])),
        ]
        guard chance(0.4) else { return policyFile(list, profiles) }
        let rule = RevocationText(
            match: pick(["{ labels: { lot: \"1\" } }", "{ device: \"d1*\" }"]),
            certificates: pick(["", "{ key: [ecdsa-p384] }", "{ sharedKey: true }"]),
            reason: pick(["keyCompromise", "superseded"]), mode: pick(["revoke-now", "replace-then-revoke"]),
            deadline: "")
        return policyFile(list, profiles, revoking: [rule])
    }

    private mutating func match() -> String {
        pick([
            "{}", "{ labels: { site: a } }", "{ labels: { site: [a, b] } }", "{ notLabels: { site: c } }",
            "{ account: \"111122223333\" }", "{ device: \"d1*\" }", "{ device: \"d?\", labels: { lot: \"1\" } }",
        ])
    }

    private mutating func lead() -> String { pick(["1d", "10d", "30d", "10%", "33%", "50%"]) }

    private mutating func compliance() -> String {
        var parts: [String] = []
        for check in ["malformed", "key", "signature", "sharedKey", "issuer", "authority"] where chance(0.3) {
            parts.append("\(check): \(pick(["replace", "report", "ignore"]))")
        }
        if chance(0.3) { parts.append("age: { over: \(pick(["20d", "100d"])), do: \(pick(["replace", "report"])) }") }
        if chance(0.5) { parts.append("superseded: \(pick(["retire", "report", "ignore"]))") }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private mutating func labels() -> [String: String] { ["site": pick(["a", "b", "c"]), "lot": pick(["1", "2"])] }

    private mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }
}

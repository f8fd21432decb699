import Fleet
import LocatedYAML
import Policy
import RotationModel

/// What can only be said of policies that are without mistakes: which of them get into each other's way, and, where there is an
/// inventory to ask, which of them are for nobody.
package struct PolicyReach {
    private let policies: PolicySet
    private let recognition: any IssuerRecognition
    /// The files' order, and lines, by their paths.
    private let order: [String: Int]
    private let pointers: [String: LinePointer]

    package init(policies: PolicySet, files: [SourceFile], recognition: any IssuerRecognition) {
        self.recognition = recognition
        self.policies = policies
        order = Dictionary(files.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
        pointers = Dictionary(files.map { ($0.path, LinePointer($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// What only this check tells.
    package static let rules = [equalPriority, unreachedPolicy, unreachedRevocation]

    private static let equalPriority = rule("equal-priority", "Two policies of equal priority can match one device")
    private static let unreachedPolicy = rule(
        "unreached-policy", "No device of the inventory is decided by this policy")
    private static let unreachedRevocation = rule(
        "unreached-revocation", "No certificate of the inventory is reached by this revocation")

    private static func rule(_ id: String, _ meaning: String) -> Diagnostic.Rule {
        Diagnostic.Rule(id, meaning, kind: id)
    }

    /// - Parameter fleet: an inventory, and a time for the deadlines of revocations; nil to look at the policies alone.
    package func diagnostics(_ fleet: (inventory: any FleetStore, at: Timestamp)?) throws -> [Diagnostic] {
        guard let (inventory, at) = fleet else { return contested(proof: [:]) }
        return try inventory.planningSnapshot { snapshot in
            let census = try census(snapshot)
            var found = contested(proof: census.proofs)
            // Nobody is reached before the first import, which is no policy's fault.
            if try snapshot.deviceCount > 0 {
                let issuers = try snapshot.issuerNames().map(\.name)
                found += unreachedPolicies(census, issuers)
                found += try unreachedRevocations(snapshot, issuers, at: at)
            }
            return found
        }
    }

    // MARK: Asking the inventory

    private struct Census {
        /// For each policy, the devices that it decides for.
        var decided: [Int]
        /// A policy that decides for devices which another one matches too, by the other.
        var outrankedBy: [Int: Int] = [:]
        /// A device that both policies match, by the two.
        var proofs: [[Int]: DeviceID] = [:]
    }

    private func census(_ snapshot: any FleetView) throws -> Census {
        var census = Census(decided: policies.policies.map { _ in 0 })
        var selections = SelectionCache(policies: policies, snapshot: snapshot)
        try snapshot.forEachDeviceWithActiveCertificate { device in
            guard let current = device.active.first else { return }
            let candidates = try selections.candidates(for: device, current: current)
            switch policies.select(among: candidates, device: device.id) {
            case .none: break
            case .one(let winner):
                census.decided[winner] += 1
                for other in candidates
                where other != winner && census.outrankedBy[other] == nil
                    && policies.policies[other].match.matches(device.id)
                {
                    census.outrankedBy[other] = winner
                }
            case .ambiguous(let tied):
                for first in tied {
                    census.decided[first] += 1
                    for second in tied
                    where first < second && census.proofs.count < ContestedPriorities.most
                        && census.proofs[[first, second]] == nil
                    {
                        census.proofs[[first, second]] = device.id
                    }
                }
            }
        }
        return census
    }

    // MARK: What was found

    /// An error where a device proves it; else a warning.
    private func contested(proof: [[Int]: DeviceID]) -> [Diagnostic] {
        let contested = policies.contested
        // What a device proves is told in any case.
        let pairs = Set(contested.pairs.map { [$0, $1] }).union(proof.keys)
            .sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
        return pairs.compactMap { pair in contest(pair.map { policies.policies[$0] }, proof: proof[pair]) }
            + (contested.unfinished.flatMap(unfinished).map { [$0] } ?? [])
    }

    private func contest(_ pair: [RotationPolicy], proof device: DeviceID?) -> Diagnostic? {
        // The later of the two is the one to look at.
        let places = pair.sorted { isBefore($0.place, $1.place) }
        let (other, later) = (places[0], places[1])
        let what =
            device.map { "`\(later.name)` and `\(other.name)` (\(other.place)) both match device \($0)" }
            ?? "`\(later.name)` and `\(other.name)` (\(other.place)) can match the same device"
        return diagnostic(
            device == nil ? .warning : .error, at: later.place,
            "\(what), and have the same priority, \(later.priority)",
            help: "give one of them a higher priority, or narrow its match", rule: PolicyReach.equalPriority)
    }

    private func unfinished(_ first: Int) -> Diagnostic? {
        let policy = policies.policies[first]
        return diagnostic(
            .warning, at: policy.place,
            "more policies of priority \(policy.priority) can match the same device than are told: not all were compared",
            help: "give those that are for some of the same devices priorities of their own",
            rule: PolicyReach.equalPriority)
    }

    private func unreachedPolicies(_ census: Census, _ issuers: [String]) -> [Diagnostic] {
        policies.policies.indices.filter { census.decided[$0] == 0 }.compactMap { index in
            let policy = policies.policies[index]
            let winner = census.outrankedBy[index].map { policies.policies[$0] }
            let why =
                winner.map {
                    ": each that it matches belongs to a policy of higher priority, such as `\($0.name)` (\($0.place))"
                } ?? ""
            return diagnostic(
                .warning, at: policy.place, "policy `\(policy.name)` decides for no device of the inventory\(why)",
                help: winner == nil
                    ? hint(policy.match.issuers, issuers)
                        ?? "look at its `match`: `rotation-job policy explain DEVICE` shows each condition"
                    : "give it a higher priority, or remove it", rule: PolicyReach.unreachedPolicy)
        }
    }

    private func unreachedRevocations(
        _ snapshot: any FleetView, _ issuers: [String], at: Timestamp
    ) throws -> [Diagnostic] {
        let scope = try RevocationScope.find(in: snapshot, rules: policies.revocations, at: at)
        return zip(policies.revocations, scope.outlooks).compactMap { rule, outlook in
            guard outlook.matched + outlook.descendants + outlook.sharedKeys == 0 else { return nil }
            return diagnostic(
                .warning, at: rule.place, "revocation `\(rule.name)` reaches no certificate of the inventory",
                help: hint(rule.match.issuers + rule.certificates.issuers, issuers)
                    ?? "look at its `match` and `certificates`", rule: PolicyReach.unreachedRevocation)
        }
    }

    /// Where an issuer is written as another program prints it.
    private func hint(_ names: [DistinguishedNameText], _ known: [String]) -> String? {
        for name in names {
            // A policy is read to the letter.
            guard !known.contains(where: { name.isSame(as: $0) }),
                let meant = recognition.issuers(meantBy: name.description, among: known).first
            else { continue }
            return "its issuer `\(name)` is no issuer of the inventory; write `\(meant)`, as RFC 4514 does"
        }
        return nil
    }

    private func isBefore(_ left: PolicyPlace, _ right: PolicyPlace) -> Bool {
        let (first, second) = (order[left.file] ?? 0, order[right.file] ?? 0)
        return (first, left.line) < (second, right.line)
    }

    private func diagnostic(
        _ severity: Diagnostic.Severity, at place: PolicyPlace, _ message: String, help: String, rule: Diagnostic.Rule
    ) -> Diagnostic? {
        pointers[place.file]?.diagnostic(severity, line: place.line, message, help: help, rule: rule)
    }
}

import Fleet
import Policy
import RotationModel

/// Goes through the fleet once and asks both sides which policy decides for each device.
package struct CoverageComparison {
    private struct Pair: Hashable {
        let from: Int?
        let to: Int?
    }

    private let old: Planner
    private let new: Planner
    private var policyPairs: [Pair: PolicyDiff.Move] = [:]
    private var profilePairs: [[String]: PolicyDiff.Move] = [:]
    private var edits: [PolicyDiff.ProfileEdit]
    private var editPlaces: [String: Int]

    private static let exampleCount = 5

    package init(_ old: Planner, _ new: Planner) {
        (self.old, self.new) = (old, new)
        let before = Dictionary(old.policies.profiles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        edits = new.policies.profiles.compactMap { profile in
            let lines = before[profile.name].map { profile.differences(from: $0) } ?? []
            return lines.isEmpty ? nil : PolicyDiff.ProfileEdit(name: profile.name, lines: lines)
        }
        editPlaces = Dictionary(edits.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { $1 })
    }

    package mutating func compare(_ snapshot: any FleetView) throws {
        var before = SelectionCache(policies: old.policies, snapshot: snapshot)
        var after = SelectionCache(policies: new.policies, snapshot: snapshot)
        try snapshot.forEachDeviceWithActiveCertificate { device in
            // A device whose certificates all go is no matter of coverage.
            guard let from = try CoverageComparison.policy(of: device, old, &before),
                let to = try CoverageComparison.policy(of: device, new, &after)
            else { return }
            count(device.id, from: from.index, to: to.index)
        }
    }

    private struct Covered {
        let index: Int?
    }

    /// Nil where the device has no certificate left that authenticates.
    private static func policy(
        of known: PlanningDevice, _ planner: Planner, _ selections: inout SelectionCache
    ) throws -> Covered? {
        let found = planner.waiting.confirmed(known, at: planner.at)
        let revoked = DeviceRevocations(
            planner.revocations.reached[found.row] ?? [], active: found.active, of: planner.revocations, at: planner.at)
        let device = revoked.due.isEmpty ? found : found.without(revoked.due, at: planner.at)
        guard let current = device.active.first else { return nil }
        switch try selections.select(for: device, current: current) {
        case .none: return Covered(index: nil)
        case .one(let index): return Covered(index: index)
        // The planner has refused such policies before.
        case .ambiguous(let indices): return Covered(index: indices.first)
        }
    }

    private mutating func count(_ device: DeviceID, from: Int?, to: Int?) {
        let before = from.map { old.policies.policies[$0] }
        let after = to.map { new.policies.policies[$0] }
        if before?.name != after?.name {
            policyPairs[
                Pair(from: from, to: to), default: PolicyDiff.Move(from: before?.name, to: after?.name)
            ].add(device, keeping: CoverageComparison.exampleCount)
        }
        guard let before = before?.profile.name, let after = after?.profile.name else { return }
        if before != after {
            profilePairs[[before, after], default: PolicyDiff.Move(from: before, to: after)]
                .add(device, keeping: CoverageComparison.exampleCount)
        } else if let place = editPlaces[after] {
            edits[place].devices += 1
        }
    }

    package var policyMoves: [PolicyDiff.Move] { policyPairs.values.sorted(by: PolicyDiff.Move.isLarger) }
    package var profileMoves: [PolicyDiff.Move] { profilePairs.values.sorted(by: PolicyDiff.Move.isLarger) }
    package var profileEdits: [PolicyDiff.ProfileEdit] { edits }
}

extension PolicyDiff.Move {
    fileprivate mutating func add(_ device: DeviceID, keeping limit: Int) {
        count += 1
        if examples.count < limit { examples.append(device) }
    }

    fileprivate static func isLarger(_ left: Self, _ right: Self) -> Bool {
        (right.count, left.from ?? "", left.to ?? "") < (left.count, right.from ?? "", right.to ?? "")
    }
}

extension IssuanceProfile {
    /// What it says that another of the same name does not, by the keys of policy files.
    fileprivate func differences(from old: IssuanceProfile) -> [PolicyDiff.ProfileEdit.Line] {
        zip(old.lines, lines).compactMap { before, after in
            before.text == after.text
                ? nil : PolicyDiff.ProfileEdit.Line(key: after.key, old: before.text, new: after.text)
        }
    }

    private var lines: [(key: String, text: String)] {
        [
            ("authority", authority), ("signature", signature.description), ("hash", hash?.description ?? "none"),
            ("validity", validity.description),
            ("backdate", backdate.description), ("keys", keys.map(\.description).joined(separator: ", ")),
            ("subject", subjectText),
            ("subjectAlternativeNames", subjectAlternativeNames.map(\.description).joined(separator: ", ")),
            ("longNames", longNames.rawValue),
            ("keyUsage", keyUsage.map(\.rawValue).joined(separator: ", ")),
            ("extendedKeyUsage", extendedKeyUsage.map(\.rawValue).joined(separator: ", ")),
        ]
    }
}

import Fleet
import Policy
import RotationModel

/// Holds back the devices of later waves while one of an earlier wave is due or under way and has not confirmed.
///
/// A wave is no date and no list that is kept: each device has its wave for good (``RotationPolicy/wave(of:)``), and the first
/// wave in which somebody is due or under way is the one that is open. A rotation that has begun goes on, whatever its wave.
struct WaveHold {
    let policies: PolicySet
    let unconfirmed: [UnconfirmedRotation]

    /// The devices of one policy that the later waves wait for, by wave.
    private struct Waiting {
        var counts: [Int]
        /// The first that was found of each wave.
        var examples: [DeviceID?]

        init(waves: Int) {
            counts = Array(repeating: 0, count: waves)
            examples = Array(repeating: nil, count: waves)
        }

        mutating func add(_ device: DeviceID, wave: Int) {
            counts[wave] += 1
            if examples[wave] == nil { examples[wave] = device }
        }
    }

    func apply(to decisions: inout [Decision]) {
        var waiting: [Int: Waiting] = [:]
        for (place, policy) in policies.policies.enumerated() {
            if let waves = policy.rollout.waves { waiting[place] = Waiting(waves: waves.shares.count) }
        }
        guard !waiting.isEmpty else { return }
        var waves: [Int?] = Array(repeating: nil, count: decisions.count)
        var seen: Set<Int64> = []
        for (place, decision) in decisions.enumerated() {
            guard let index = decision.waitingPolicy, waiting[index] != nil,
                let wave = policies.policies[index].wave(of: decision.device)
            else { continue }
            waves[place] = wave
            waiting[index]?.add(decision.device, wave: wave)
            seen.insert(decision.subject.deviceRow)
        }
        addUnconfirmed(to: &waiting, besides: seen)
        for place in decisions.indices {
            guard let index = decisions[place].rolloutPolicy, decisions[place].action.replacement?.isUnderWay == false,
                let wave = waves[place], let known = waiting[index],
                let first = known.counts.firstIndex(where: { $0 > 0 }), first < wave
            else { continue }
            decisions[place].hold(reason(wave, after: first, known, policies.policies[index]))
        }
    }

    private func addUnconfirmed(to waiting: inout [Int: Waiting], besides seen: Set<Int64>) {
        let places = Dictionary(
            policies.policies.enumerated().map { ($0.element.name, $0.offset) },
            uniquingKeysWith: { first, _ in first })
        for rotation in unconfirmed where !seen.contains(rotation.deviceRow) {
            guard let index = places[rotation.policy], let wave = policies.policies[index].wave(of: rotation.device)
            else { continue }
            waiting[index]?.add(rotation.device, wave: wave)
        }
    }

    private func reason(_ wave: Int, after first: Int, _ waiting: Waiting, _ policy: RotationPolicy) -> Reason {
        let shares = policy.rollout.waves?.shares ?? []
        let count = waiting.counts[..<wave].reduce(0, +)
        let example = waiting.examples[first].map { ", \($0) among them" } ?? ""
        return Reason(
            .wave,
            "wave \(wave + 1) of \(shares.count) (\(shares[wave])): it opens when \(count) device\(count == 1 ? "" : "s") of the waves before it "
                + "\(count == 1 ? "has" : "have") confirmed\(example)")
    }
}

extension Decision {
    /// The place of the policy whose later waves wait for it: it is due for replacement and not replaced.
    fileprivate var waitingPolicy: Int? {
        if isWantedByRevocation { return nil }
        return switch action {
        case .issue(let replacement, _), .requestCSR(let replacement, _): replacement.policy
        case .hold(let hold): hold.held.replacement?.policy
        case .blocked(let policy): policy
        case .revoke, .retire, .report, .uncovered: nil
        }
    }
}

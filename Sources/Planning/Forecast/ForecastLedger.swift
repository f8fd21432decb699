import Policy
import RotationModel

/// Adds up what simulated runs do, and finds the peak and what makes it.
struct ForecastLedger {
    private struct CauseKey: Hashable {
        let policy: Int
        let origin: Forecast.Origin
        let reason: ReasonCode
        /// Days since the epoch.
        let day: Int64
    }

    private let policies: PolicySet
    private let limits: RunLimits
    private(set) var days: [Forecast.Day]
    private var byPolicy: [[Int: Int]]
    private var causes: [[CauseKey: Int]]
    /// By policy; -1 for `limits.issue`.
    private var hits: [Int: Forecast.Limit] = [:]

    init(_ policies: PolicySet, limits: RunLimits, dates: [Timestamp]) {
        self.policies = policies
        self.limits = limits
        days = dates.map { Forecast.Day(date: $0) }
        byPolicy = Array(repeating: [:], count: dates.count)
        causes = Array(repeating: [:], count: dates.count)
    }

    /// - Parameters:
    ///   - decisions: a day's rows, with what is over a limit held.
    ///   - waiting: by policy, further rows that its limits hold back.
    ///   - origin: of a row that issues, by its place: where it comes from, and the time that it has in common with others.
    mutating func enter(
        day: Int, _ decisions: [Decision], waiting: [Int], origin: (Int) -> (origin: Forecast.Origin, day: Timestamp)
    ) {
        for place in decisions.indices {
            switch decisions[place].action {
            case .issue(let replacement, _):
                days[day].replacements += 1
                let policy = replacement.policy
                byPolicy[day][policy, default: 0] += 1
                let (origin, time) = origin(place)
                let key = CauseKey(
                    policy: policy, origin: origin, reason: decisions[place].reason.code,
                    day: origin == .finding ? 0 : time.seconds / 86_400)
                causes[day][key, default: 0] += 1
            case .hold:
                days[day].heldOver += 1
                if expires(decisions[place].notAfter, on: day) { days[day].expiredWaiting += 1 }
            case .requestCSR: days[day].requests += 1
            case .blocked: days[day].blocked += 1
            // Under `expired: report` it is no longer held once it has expired.
            case .report where decisions[place].reason.code == .expired:
                if expires(decisions[place].notAfter, on: day) { days[day].expiredWaiting += 1 }
            case .revoke, .retire, .report, .uncovered: break
            }
        }
        days[day].heldOver += waiting.reduce(0, +)
        if days[day].heldOver > 0 { enterLimits(day, decisions, waiting) }
    }

    /// Whether that is after the run of the day before. What had expired before the first run is no news.
    private func expires(_ notAfter: Timestamp, on day: Int) -> Bool {
        day > 0 && days[day - 1].date <= notAfter && notAfter < days[day].date
    }

    private mutating func enterLimits(_ day: Int, _ decisions: [Decision], _ waiting: [Int]) {
        var ofPolicies = waiting
        for decision in decisions {
            guard let hold = decision.hold, hold.reason.code == .rate, let replacement = hold.held.replacement
            else { continue }
            ofPolicies[replacement.policy] += 1
        }
        var held: [Int: Int] = [:]
        for (policy, count) in ofPolicies.enumerated() where count > 0 {
            let isPolicys = policies.policies[policy].perRun.map { byPolicy[day][policy] ?? 0 >= $0 } ?? false
            held[isPolicys ? policy : -1, default: 0] += count
        }
        for (policy, count) in held {
            var hit =
                hits[policy]
                ?? Forecast.Limit(
                    policy: policy < 0 ? nil : policies.policies[policy].name,
                    most: policy < 0 ? limits.issue : policies.policies[policy].perRun ?? 0, first: days[day].date)
            hit.days += 1
            hit.mostHeldOver = max(hit.mostHeldOver, count)
            hits[policy] = hit
        }
    }

    // MARK: The result

    func forecast(_ edition: PolicyEdition, deviceCount: Int, uncovered: Int, runAtOpening: [String])
        -> Forecast
    {
        var days = days
        for place in days.indices {
            days[place].byPolicy = byPolicy[place].sorted { $0.key < $1.key }.map {
                (policies.policies[$0.key].name, $0.value)
            }
        }
        let active = Set(byPolicy.flatMap(\.keys)).sorted()
        return Forecast(
            at: days[0].date, policies: edition, deviceCount: deviceCount, uncovered: uncovered, days: days,
            peak: peak, limits: hits.sorted { $0.key < $1.key }.map(\.value),
            activePolicies: active.map { policies.policies[$0].name }, runAtOpening: runAtOpening)
    }

    private var peak: Forecast.Peak? {
        guard let most = days.map(\.replacements).max(), most > 0,
            let place = days.firstIndex(where: { $0.replacements == most })
        else { return nil }
        return Forecast.Peak(date: days[place].date, replacements: most, causes: causes(of: place))
    }

    /// Those of one day, each with the date that most of its certificates share.
    private func causes(of day: Int) -> [Forecast.Cause] {
        struct Group: Hashable {
            let policy: Int
            let origin: Forecast.Origin
            let reason: ReasonCode
        }
        let groups = Dictionary(grouping: causes[day]) {
            Group(policy: $0.key.policy, origin: $0.key.origin, reason: $0.key.reason)
        }
        return groups.map { group, parts in
            let common = parts.min { ($1.value, $0.key.day) < ($0.value, $1.key.day) }
            return Forecast.Cause(
                policy: policies.policies[group.policy].name, origin: group.origin, reason: group.reason,
                count: parts.reduce(0) { $0 + $1.value },
                common: group.origin == .finding
                    ? nil : common.map { (Timestamp(seconds: $0.key.day * 86_400), $0.value) })
        }.sorted { ($1.count, $0.policy, $0.reason.rawValue) < ($0.count, $1.policy, $1.reason.rawValue) }
    }
}

import Policy
import RotationModel

/// When policies' windows and freezes let the runs of a forecast through.
///
/// A forecast has one run a day, always at the same time, and stands for a job that comes by more often. A policy that is never open at
/// that time would look as if nothing ever happened: its runs are taken to come when it opens, within the day.
struct ForecastSchedule {
    private let policies: PolicySet
    /// By policy: whether its runs come when it opens.
    private let waitsForOpening: [Bool]

    init(_ policies: PolicySet, dates: [Timestamp]) {
        self.policies = policies
        // Every day of the week has to be asked, however short the forecast.
        let first = dates.first ?? Timestamp(seconds: 0)
        let asked = dates + (0..<7).map { first + .days(Int64($0)) }
        waitsForOpening = policies.policies.map { policy in
            let windows = policy.rollout.schedule.windows
            return !windows.isEmpty && !asked.contains { time in windows.contains { $0.isOpen(at: time) } }
        }
    }

    /// By policy: what closes it on the day that begins with a run at that time; nil where it lets a run through.
    func closures(at: Timestamp) -> [RolloutClosure?] {
        policies.policies.indices.map { index in
            let closure = policies.policies[index].rollout.schedule.closure(at: at)
            guard waitsForOpening[index], let opening = closure?.until, opening < at + .days(1) else { return closure }
            return nil
        }
    }

    /// The policies whose runs come when they open, by their names.
    var waiting: [String] {
        policies.policies.indices.filter { waitsForOpening[$0] }.map { policies.policies[$0].name }
    }
}

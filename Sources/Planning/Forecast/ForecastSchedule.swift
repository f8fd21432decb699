import Policy
import RotationModel

/// When policies' windows and freezes let the runs of a forecast through.
///
/// A forecast has one run a day, always at the same time, and stands for a job that comes by more often. A policy that is not open at
/// that time on any day of a week would look as if nothing ever happened: its runs are taken to come when it opens, within the day.
struct ForecastSchedule {
    private let policies: PolicySet
    /// The policies whose runs come when they open on some of the days, by their names.
    let waiting: [String]

    init(_ policies: PolicySet, dates: [Timestamp]) {
        self.policies = policies
        waiting = policies.policies.filter { policy in
            dates.contains { ForecastSchedule.isShutAllWeek(policy.rollout.schedule, at: $0) }
        }.map(\.name)
    }

    /// By policy: what closes it on the day that begins with a run at that time; nil where it lets a run through.
    func closures(at: Timestamp) -> [RolloutClosure?] {
        policies.policies.map { policy in
            let schedule = policy.rollout.schedule
            let closure = schedule.closure(at: at)
            guard let opening = closure?.until, opening < at + .days(1),
                ForecastSchedule.isShutAllWeek(schedule, at: at)
            else { return closure }
            return nil
        }
    }

    /// Whether no window is open at that time of day in the week around it: clocks that are put forward or back can shut one for half a
    /// year.
    private static func isShutAllWeek(_ schedule: RolloutSchedule, at: Timestamp) -> Bool {
        !schedule.windows.isEmpty
            && !(-3...3).contains { day in schedule.windows.contains { $0.isOpen(at: at + .days(day)) } }
    }
}

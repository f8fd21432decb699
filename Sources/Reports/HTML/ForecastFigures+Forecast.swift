import Planning
import RotationModel

extension ForecastFigures {
    /// What a forecast's page shows of it.
    package init(_ forecast: Forecast) {
        var byPolicy: [String: Int] = [:]
        for day in forecast.days {
            for part in day.byPolicy { byPolicy[part.policy, default: 0] += part.count }
        }
        let causes = forecast.peak?.causes.prefix(3).map { "\($0.count) of policy \($0.policy), \($0.sentence)" }
        self.init(
            start: forecast.at, deviceCount: forecast.deviceCount,
            days: forecast.days.map { DailyCount(day: $0.date, count: $0.replacements, waiting: $0.heldOver) },
            limit: forecast.limits.first { $0.policy == nil }.map { Limit(name: $0.name, count: $0.most) },
            peakCause: causes?.joined(separator: "; "),
            policies: forecast.activePolicies.map { PolicyCount(policy: $0, count: byPolicy[$0] ?? 0) })
        // Runs stop at a limit, so that no day is over it: what waits stands in the notes.
        notes = forecast.limits.map(\.sentence) + forecast.notes
        alarms = forecast.alarms
    }
}

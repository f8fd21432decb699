import RotationModel

/// Days on which a policy's devices are left alone: both ends included, whole days of a zone.
package struct RolloutFreeze: Hashable, Sendable {
    package let from: CalendarDay
    package let until: CalendarDay
    /// What it is for.
    package let why: String?
    package let zone: ZoneClock
    /// The first moment of its first day.
    package let start: Timestamp
    /// The first moment after its last day.
    package let end: Timestamp

    /// Nil where it ends before it starts.
    package init?(from: CalendarDay, until: CalendarDay, why: String? = nil, zone: ZoneClock = .utc) {
        guard from <= until else { return nil }
        self.from = from
        self.until = until
        self.why = why
        self.zone = zone
        start = zone.firstTime(showing: WallTime(from, .midnight))
        end = zone.firstTime(showing: WallTime(until.advanced(by: 1), .midnight))
    }

    package func isActive(at time: Timestamp) -> Bool { start <= time && time < end }
}

extension RolloutFreeze: CustomStringConvertible {
    /// `freeze from 2026-12-20 until 2027-01-03 (holiday change freeze)`
    package var description: String {
        "freeze from \(from) until \(until)" + (zone == .utc ? "" : " in \(zone.name)") + (why.map { " (\($0))" } ?? "")
    }
}

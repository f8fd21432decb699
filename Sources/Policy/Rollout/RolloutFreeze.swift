public import RotationModel

/// Days on which a policy's devices are left alone: both ends included, whole days of a zone.
public struct RolloutFreeze: Hashable, Sendable {
    public let from: CalendarDay
    public let until: CalendarDay
    /// What it is for.
    public let why: String?
    public let zone: ZoneClock
    /// The first moment of its first day.
    public let start: Timestamp
    /// The first moment after its last day.
    public let end: Timestamp

    /// Nil where it ends before it starts.
    public init?(from: CalendarDay, until: CalendarDay, why: String? = nil, zone: ZoneClock = .utc) {
        guard from <= until else { return nil }
        self.from = from
        self.until = until
        self.why = why
        self.zone = zone
        start = zone.firstTime(showing: WallTime(from, .midnight))
        end = zone.firstTime(showing: WallTime(until.advanced(by: 1), .midnight))
    }

    public func isActive(at time: Timestamp) -> Bool { start <= time && time < end }
}

extension RolloutFreeze: CustomStringConvertible {
    /// `freeze from 2026-12-20 until 2027-01-03 (holiday change freeze)`
    public var description: String {
        "freeze from \(from) until \(until)" + (zone == .utc ? "" : " in \(zone.name)") + (why.map { " (\($0))" } ?? "")
    }
}

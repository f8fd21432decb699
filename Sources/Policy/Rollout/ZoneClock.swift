import Foundation
import RotationModel

/// The clock of a zone of the IANA time zone database: what it shows when, and when it is put forward or back.
package struct ZoneClock: Hashable, Sendable {
    /// As the policy file has it: `Europe/Berlin`, `UTC`.
    package let name: String
    private let zone: TimeZone

    package static let utc = ZoneClock(name: "UTC", zone: .gmt)

    private init(name: String, zone: TimeZone) {
        self.name = name
        self.zone = zone
    }

    /// - Parameter name: an IANA name with its region, `Europe/Berlin`, or `UTC` or `GMT`. Nil where there is no such zone.
    ///   Abbreviations (`EST`, `CET`) name no zone, or several.
    package init?(_ name: String) {
        guard name != "UTC", name != "GMT" else {
            self.init(name: name, zone: .gmt)
            return
        }
        guard name.contains("/"), let zone = TimeZone(identifier: name) else { return nil }
        self.init(name: name, zone: zone)
    }

    /// The names to choose from.
    package static let names: [String] = TimeZone.knownTimeZoneIdentifiers + ["UTC"]

    /// Seconds east of UTC.
    private func offset(at time: Timestamp) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.seconds))))
    }

    /// What the clock shows at a time.
    func wallTime(at time: Timestamp) -> WallTime { WallTime(seconds: time.seconds + offset(at: time)) }

    /// When the clock shows a wall time: once, twice where it was put back over it, never where it was put forward over it.
    func times(showing wall: WallTime) -> [Timestamp] {
        let reading = Timestamp(seconds: wall.seconds)
        let offsets = Set([offset(at: reading - .days(1)), offset(at: reading + .days(1))])
        return offsets.map { Timestamp(seconds: wall.seconds - $0) }.filter { wallTime(at: $0) == wall }.sorted()
    }

    /// When the clock shows a wall time first, or, where it is put forward over it, when it is put forward.
    func firstTime(showing wall: WallTime) -> Timestamp {
        if let time = times(showing: wall).first { return time }
        let reading = Timestamp(seconds: wall.seconds)
        return shifts(from: reading - .days(1), until: reading + .days(1)).first ?? reading
    }

    /// When the clock is put forward or back: the first second of each new offset. Two such moments within six hours, which
    /// no zone ever had, would be taken for one or none.
    func shifts(from start: Timestamp, until end: Timestamp) -> [Timestamp] {
        var found: [Timestamp] = []
        var at = start
        while at < end {
            let next = min(end, at + .hours(6))
            if offset(at: at) != offset(at: next) { found.append(shift(after: at, noLaterThan: next)) }
            at = next
        }
        return found
    }

    /// By halves, where the offsets at the two ends differ.
    private func shift(after start: Timestamp, noLaterThan end: Timestamp) -> Timestamp {
        let before = offset(at: start)
        var (low, high) = (start.seconds, end.seconds)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: Timestamp(seconds: middle)) == before { low = middle } else { high = middle }
        }
        return Timestamp(seconds: high)
    }
}

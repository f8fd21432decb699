import RotationModel
import Testing

/// What happened in a simulation, and what went wrong.
final class Chronicle {
    enum Event: String, CaseIterable {
        case requested, installed, repeated, crashed, rubbish
        case issued, confirmed, retired, revoked, superseded
        case lockedOut = "locked out", backIn = "back in"
    }

    private(set) var counts: [Event: Int] = [:]
    private(set) var violations: [String] = []
    private(set) var violationCount = 0
    /// A line a day: what the run did.
    private(set) var days: [String] = []
    /// How often each code was given as the reason for a rejection.
    private(set) var rejections: [String: Int] = [:]

    func count(_ event: Event, _ number: Int = 1) { counts[event, default: 0] += number }
    func rejected(_ code: String) { rejections[code, default: 0] += 1 }
    func close(_ day: Int, _ line: String) { days.append("day \(day): \(line)") }

    subscript(event: Event) -> Int { counts[event] ?? 0 }

    /// Notes that a promise was broken.
    func wrong(_ day: Int, _ device: DeviceID?, _ text: String) {
        violationCount += 1
        guard violations.count < 40 else { return }
        violations.append("day \(day): \(device.map { "\($0): " } ?? "")\(text)")
    }

    var summary: String {
        Event.allCases.map { "\($0.rawValue) \(self[$0])" }.joined(separator: ", ") + "; rejections: "
            + rejections.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}

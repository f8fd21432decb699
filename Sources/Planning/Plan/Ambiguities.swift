import Policy
import RotationModel

/// Devices that two policies of equal priority claim: an error of the policies, told with the first devices by their ids as proof.
struct Ambiguities {
    private var found: [(device: DeviceID, policies: [RotationPolicy])] = []
    private var count = 0
    private static let examples = 5

    mutating func add(_ device: DeviceID, _ policies: [RotationPolicy]) {
        count += 1
        let place = found.firstIndex { device < $0.device } ?? found.endIndex
        guard place < Ambiguities.examples else { return }
        found.insert((device, policies), at: place)
        if found.count > Ambiguities.examples { found.removeLast() }
    }

    func throwIfAny() throws(RotationError) {
        guard let first = found.first else { return }
        let names = first.policies.map { "`\($0.name)` (\($0.place.file):\($0.place.line))" }.joined(separator: " and ")
        let devices = found.map(\.device.text).joined(separator: ", ")
        throw RotationError(
            .badInput,
            "policies \(names) have the same priority, \(first.policies[0].priority), and match the same device: "
                + devices + (count > found.count ? " and \(count - found.count) more" : ""),
            at: "\(first.policies[0].place.file):\(first.policies[0].place.line)",
            advice: "give one of them a higher priority, or narrow its match")
    }
}

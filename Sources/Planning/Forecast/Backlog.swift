import RotationModel

/// What limits hold back from day to day, the most urgent of each policy first.
///
/// A long queue costs nothing while it waits: a day takes out of it only what its limits could let through.
struct Backlog {
    private struct Entry {
        let notAfter: Timestamp
        let device: Int32

        static func < (left: Entry, right: Entry) -> Bool {
            left.notAfter == right.notAfter ? left.device < right.device : left.notAfter < right.notAfter
        }
    }

    /// By device.
    private var rows: [Int32: Decision] = [:]
    /// By policy, in order.
    private var queues: [[Entry]]
    /// By policy: what came in today.
    private var newcomers: [[Entry]]

    init(policies: Int) {
        queues = Array(repeating: [], count: policies)
        newcomers = queues
    }

    func contains(_ device: Int32) -> Bool { rows[device] != nil }

    /// - Parameter decision: a row that would issue. Not one that a revocation wants: those come first, and are not queued here.
    mutating func add(_ decision: Decision, ofPolicy policy: Int, of device: Int32) {
        newcomers[policy].append(Entry(notAfter: decision.notAfter, device: device))
        rows[device] = decision
    }

    /// Forgets devices that are to be looked at anew.
    mutating func remove(_ devices: [Int32]) {
        let gone = Set(devices.filter { rows.removeValue(forKey: $0) != nil })
        guard !gone.isEmpty else { return }
        for policy in queues.indices { queues[policy].removeAll { gone.contains($0.device) } }
    }

    /// Takes out the most urgent rows of a policy.
    ///
    /// - Returns: how many are left.
    mutating func take(_ most: Int, ofPolicy policy: Int, _ body: (Decision, Int32) -> Void) -> Int {
        for entry in queues[policy].prefix(most) {
            if let decision = rows.removeValue(forKey: entry.device) { body(decision, entry.device) }
        }
        queues[policy].removeFirst(min(most, queues[policy].count))
        return queues[policy].count
    }

    /// A day ends: what came in takes its place.
    mutating func settle() {
        for policy in queues.indices where !newcomers[policy].isEmpty {
            newcomers[policy].sort(by: <)
            queues[policy] = Backlog.merge(queues[policy], newcomers[policy])
            newcomers[policy] = []
        }
    }

    private static func merge(_ left: [Entry], _ right: [Entry]) -> [Entry] {
        var merged: [Entry] = []
        merged.reserveCapacity(left.count + right.count)
        var (first, second) = (left[...], right[...])
        while let one = first.first, let other = second.first {
            merged.append(other < one ? second.removeFirst() : first.removeFirst())
        }
        return merged + first + second
    }
}

import Fleet
import Lifecycle
import RotationModel

/// What a decision can count on beside the inventory: in a dry run the CSRs and confirmations that the next run would take
/// from the inbox. Empty in a run, which has taken them in.
package struct WaitingRequests {
    /// The CSRs that a dry run found, by device row.
    package var found: [Int64: WaitingRequest] = [:]
    /// Why the dry run would not take a device's CSR.
    package var refused: [Int64: String] = [:]
    /// Devices whose CSR in the inventory the next run would not answer after all.
    package var withdrawn: Set<Int64> = []
    /// Devices of which the dry run found CSRs with different keys.
    package var conflicts: Set<Int64> = []
    /// The replacements whose confirmations a dry run found, by row.
    package var confirmations: Set<Int64> = []
    /// When devices spoke to the gate, by device row, as the dry run found it noted.
    package var seen: [Int64: Timestamp] = [:]

    package init(
        found: [Int64: WaitingRequest] = [:], refused: [Int64: String] = [:], withdrawn: Set<Int64> = [],
        conflicts: Set<Int64> = [], confirmations: Set<Int64> = [], seen: [Int64: Timestamp] = [:]
    ) {
        self.found = found
        self.refused = refused
        self.withdrawn = withdrawn
        self.conflicts = conflicts
        self.confirmations = confirmations
        self.seen = seen
    }

    /// When the device last spoke to the gate.
    func lastSeen(of device: PlanningDevice) -> Timestamp? {
        guard let news = seen[device.row] else { return device.lastSeen }
        return device.lastSeen.map { max($0, news) } ?? news
    }

    /// Why the device's last CSR was not taken, told already or not: what the next manifest that asks for one says.
    func standingRefusal(of device: PlanningDevice) -> String? {
        if let news = refusal(of: device) { return news }
        return request(of: device) == nil ? device.toldRefusal : nil
    }

    /// The device as it is once its confirmation is taken in.
    func confirmed(_ known: PlanningDevice, at: Timestamp) -> PlanningDevice {
        guard let new = known.rotation?.rotation.replacement, confirmations.contains(new.number) else { return known }
        var device = known
        device.suppose(.confirmed(new), at: at)
        return device
    }

    /// Devices of whose CSRs nobody knows which is their own: a signed one settles it.
    func contested(_ recorded: Set<Int64>) -> Set<Int64> {
        recorded.union(conflicts).subtracting(found.filter(\.value.proof.isProof).keys)
    }

    func request(of device: PlanningDevice) -> WaitingRequest? {
        found[device.row] ?? (withdrawn.contains(device.row) ? nil : device.request)
    }

    /// Why the device's last CSR was not taken, where it has not been told yet.
    func refusal(of device: PlanningDevice) -> String? {
        if found[device.row] != nil { return nil }
        guard let text = refused[device.row] else { return device.refused }
        return text == device.toldRefusal ? nil : text
    }
}

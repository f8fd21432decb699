import Fleet
import RotationModel

/// The CSRs that a decision can count on: those that the inventory holds, and, in a dry run, those that the next run
/// would take from the inbox.
struct WaitingRequests {
    /// What a dry run found in the inbox, by device row. Empty in a run, which has taken it in.
    var found: [Int64: WaitingRequest] = [:]
    /// Why the dry run would not take a device's CSR.
    var refused: [Int64: String] = [:]

    func request(of device: PlanningDevice) -> WaitingRequest? {
        found[device.row] ?? device.request
    }

    /// Why the device's last CSR was not taken, where it has not been told yet.
    func refusal(of device: PlanningDevice) -> String? {
        if found[device.row] != nil { return nil }
        guard let text = refused[device.row] else { return device.refused }
        return text == device.toldRefusal ? nil : text
    }
}

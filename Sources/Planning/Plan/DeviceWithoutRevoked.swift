import Fleet
import Lifecycle
import RotationModel

extension PlanningDevice {
    /// The device as it is once certificates of it are revoked: what the other stages of the same run find.
    func without(_ due: [DeviceRevocations.Due], at: Timestamp) -> PlanningDevice {
        var device = self
        for row in due.map(\.reached.certificate.row) {
            device.active.removeAll { $0.row == row }
            device.pending.removeAll { $0.row == row }
            device.suppose(.revoked(RowID(row)), at: at)
        }
        return device
    }
}

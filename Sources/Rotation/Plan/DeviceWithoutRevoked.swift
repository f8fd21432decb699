import Fleet

extension PlanningDevice {
    /// The device as it is once certificates of it are revoked: what the other stages of the same run find.
    func without(_ due: [DeviceRevocations.Due]) -> PlanningDevice {
        let rows = Set(due.map(\.reached.certificate.row))
        var device = self
        device.active.removeAll { rows.contains($0.row) }
        device.pending.removeAll { rows.contains($0.row) }
        if let rotation, rotation.endsWithRevocation(of: rows) { device.rotation = nil }
        return device
    }
}

extension OpenRotation {
    /// A rotation whose replacement is revoked is given up, and so is one that has nothing signed yet for an old certificate
    /// that is gone. A replacement that was handed out waits on for the device's proof: it is all that the device has.
    fileprivate func endsWithRevocation(of rows: Set<Int64>) -> Bool {
        if let newCertificate, rows.contains(newCertificate) { return true }
        return rows.contains(oldCertificate) && state != .issued && state != .delivered
    }
}

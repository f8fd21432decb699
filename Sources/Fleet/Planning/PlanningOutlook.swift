import GRDB
public import RotationModel

extension PlanningDevice {
    /// Makes the device what it will be once the confirmation of its replacement is taken in: for who looks ahead.
    ///
    /// - Parameter replacement: The certificate that is confirmed, by its row.
    public mutating func confirm(replacement: Int64, at: Timestamp) {
        guard let old = rotation?.oldCertificate, rotation?.newCertificate == replacement else { return }
        rotation?.state = .confirmed
        rotation?.confirmedAt = at
        if let place = pending.firstIndex(where: { $0.row == replacement }) { active.append(pending.remove(at: place)) }
        for place in active.indices {
            if active[place].row == replacement {
                active[place].status = .active
                active[place].confirmedAt = at
            }
            if active[place].row == old { active[place].isReplaced = true }
        }
        active.sort(by: PlanningCertificate.isBefore)
    }
}

extension PlanningSnapshot {
    /// All issuers' names, by their rows.
    public func issuerNames() throws(RotationError) -> [(row: Int64, name: String)] {
        try guarded {
            try Query(database, "SELECT id, name FROM issuers ORDER BY id").all { ($0.integer(0), $0.text(1)) }
        }
    }
}

import RotationModel

extension Inventory {
    /// Which of the serial numbers some certificate of the issuer has already: for those that an external issuer chose.
    ///
    /// It reads the fleet once, whatever their number.
    ///
    /// - Parameter issuer: its name, as RFC 4514 writes it.
    package func serialsInUse(
        _ serials: Set<SerialNumber>, issuer: String
    ) throws(RotationError) -> Set<SerialNumber> {
        guard !serials.isEmpty else { return [] }
        return try read { database in
            let all = try Query(
                database, "SELECT serial FROM certificates WHERE issuer = (SELECT id FROM issuers WHERE name = ?)")
            var used: Set<SerialNumber> = []
            try all.forEach([.text(issuer)]) { row in
                let serial = SerialNumber(bytes: row.bytes(0))
                if serials.contains(serial) { used.insert(serial) }
            }
            return used
        }
    }
}

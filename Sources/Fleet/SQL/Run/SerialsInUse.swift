import RotationModel

extension SQLFleet {
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

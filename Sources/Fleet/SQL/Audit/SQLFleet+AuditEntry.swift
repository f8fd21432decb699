import RotationModel

extension AuditEntry {
    static let columns = "id, at, run, actor, action, device, detail, hash"

    init(_ row: ResultRow) {
        var unreadable: [String] = []
        func text(_ column: CInt, _ name: String) -> String {
            if let text = row.exactText(column) { return text }
            unreadable.append(name)
            return row.text(column)
        }
        id = row.integer(0)
        if !row.isInteger(1) { unreadable.append("at") }
        at = row.time(1)
        run = row.isNull(2) ? nil : RunID(text(2, "run"))
        actor = text(3, "actor")
        action = text(4, "action")
        device = row.isNull(5) ? nil : text(5, "device")
        detail = text(6, "detail")
        hash = try? row.digest(7)
        if hash == nil { unreadable.append("hash") }
        self.unreadable = unreadable
    }
}

extension SQLFleet {
    package func audit(
        since: Timestamp? = nil, device: DeviceID? = nil, each: (AuditEntry) throws -> Void
    ) throws {
        try snapshot { database in
            let condition = device == nil ? "" : "AND device = ?"
            let query = try Query(
                streaming: database,
                """
                SELECT \(AuditEntry.columns) FROM audit WHERE (at >= ? OR NOT \(database.dialect.isInteger("at"))) \(condition) ORDER BY id
                """)
            let values: [SQLValue] = [.integer(since?.seconds ?? .min)] + (device.map { [.text($0.text)] } ?? [])
            try query.forEach(values) { try each(AuditEntry($0)) }
        }
    }
}

import GRDB
import RotationModel

/// One entry of the audit: who did what, when, and why.
///
/// Whoever can write the database's file can put anything into a row, so each is read as it comes: what is not of its kind is named
/// in ``unreadable``, and shown as the text that it is.
package struct AuditEntry: Sendable, Equatable {
    /// From 1, without a gap.
    package let id: Int64
    package let at: Timestamp
    package let run: String?
    /// The user or the program that acted.
    package let actor: String
    /// One of ``AuditAction``, or the word of a later version.
    package let action: String
    /// The device's name, where the entry is about one.
    package let device: String?
    /// A JSON object.
    package let detail: String
    /// Covers this entry and, through the one before it, all earlier ones. Nil where the row holds none.
    package let hash: SHA256Digest?
    /// Columns that hold what this program never writes there: the row was altered.
    package let unreadable: [String]

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
        run = row.isNull(2) ? nil : text(2, "run")
        actor = text(3, "actor")
        action = text(4, "action")
        device = row.isNull(5) ? nil : text(5, "device")
        detail = text(6, "detail")
        hash = try? row.digest(7)
        if hash == nil { unreadable.append("hash") }
        self.unreadable = unreadable
    }
}

extension Inventory {
    /// Hands over the audit's entries, oldest first.
    ///
    /// - Parameters:
    ///   - since: Entries of that time and later, and altered ones without a time; nil for all.
    ///   - device: Entries about that device alone; nil for all.
    package func audit(
        since: Timestamp? = nil, device: DeviceID? = nil, each: (AuditEntry) throws -> Void
    ) throws {
        try snapshot { database in
            let condition = device == nil ? "" : "AND device = ?"
            let query = try Query(
                uncached: database,
                """
                SELECT \(AuditEntry.columns) FROM audit WHERE (at >= ? OR typeof(at) <> 'integer') \(condition) ORDER BY id
                """)
            let values: [SQLValue] = [.integer(since?.seconds ?? .min)] + (device.map { [.text($0.text)] } ?? [])
            try query.forEach(values) { try each(AuditEntry($0)) }
        }
    }
}

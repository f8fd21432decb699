import GRDB
import RotationModel

/// One entry of the audit: who did what, when, and why.
public struct AuditEntry: Sendable, Equatable {
    /// From 1, without a gap.
    public let id: Int64
    public let at: Timestamp
    public let run: String?
    /// The user or the program that acted.
    public let actor: String
    /// One of ``AuditAction``, or the word of a later version.
    public let action: String
    /// The device's name, where the entry is about one.
    public let device: String?
    /// A JSON object.
    public let detail: String
    /// Covers this entry and, through the one before it, all earlier ones.
    public let hash: SHA256Digest

    static let columns = "id, at, run, actor, action, device, detail, hash"

    init(_ row: ResultRow) throws {
        id = row.integer(0)
        at = row.time(1)
        run = row.optionalText(2)
        actor = row.text(3)
        action = row.text(4)
        device = row.optionalText(5)
        detail = row.text(6)
        hash = try row.digest(7)
    }
}

extension Inventory {
    /// Hands over the audit's entries, oldest first.
    ///
    /// - Parameters:
    ///   - since: Entries of that time and later; nil for all.
    ///   - device: Entries about that device alone; nil for all.
    public func audit(
        since: Timestamp? = nil, device: DeviceID? = nil, each: (AuditEntry) throws -> Void
    ) throws {
        try snapshot { database in
            let condition = device == nil ? "" : "AND device = ?"
            let query = try Query(
                uncached: database,
                "SELECT \(AuditEntry.columns) FROM audit WHERE at >= ? \(condition) ORDER BY id")
            let values: [SQLValue] = [.integer(since?.seconds ?? .min)] + (device.map { [.text($0.text)] } ?? [])
            try query.forEach(values) { try each(AuditEntry($0)) }
        }
    }

    /// Computes the chain of hashes anew.
    ///
    /// - Returns: The first entry that was changed, or that follows one that was removed; nil where the chain holds.
    public func verifyAuditChain() throws(RotationError) -> Int64? {
        try read { database in
            var previous = SHA256Digest.zero
            var last: Int64 = 0
            var broken: Int64?
            let query = try Query(uncached: database, "SELECT \(AuditEntry.columns) FROM audit ORDER BY id")
            try query.forEach { row in
                if broken != nil { return }
                let entry = try AuditEntry(row)
                let input = AuditLog.hashInput(
                    previous: previous, entry: entry.id, at: entry.at, run: entry.run, actor: entry.actor,
                    action: entry.action, device: entry.device, detail: entry.detail)
                guard entry.id == last + 1, sha256(input) == entry.hash else {
                    broken = entry.id
                    return
                }
                (previous, last) = (entry.hash, entry.id)
            }
            if let broken { return broken }
            // The head tells whether entries are missing at the end.
            let head = try Query(database, "SELECT entry, hash FROM audit_head").first {
                ($0.integer(0), try $0.digest(1))
            }
            guard let head, head.0 == last, head.1 == previous else { return last + 1 }
            return nil
        }
    }
}

extension Inventory {
    /// How many entries the audit has.
    public func auditCount() throws(RotationError) -> Int {
        try read { Int(try Query($0, "SELECT entry FROM audit_head").first { $0.integer(0) } ?? 0) }
    }
}

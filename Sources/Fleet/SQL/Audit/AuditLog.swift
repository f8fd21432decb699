import Basics
import RotationModel

/// Appends to the audit within one transaction. Each entry's hash covers the entry before it.
struct AuditLog {
    private let insert: Query
    private let sha256: SHA256Function
    private let run: RunID?
    private let actor: String
    private var entry: Int64
    private var hash: SHA256Digest

    private init(_ database: any Database, sha256: @escaping SHA256Function, run: RunID?, actor: String) throws {
        insert = try Query(
            database,
            "INSERT INTO audit (id, at, run, actor, action, device, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        let head = try Query(database, "SELECT entry, hash FROM audit_head").first { ($0.integer(0), try $0.digest(1)) }
        guard let head else { throw StorageFailure.unreadable("an audit without its head") }
        (entry, hash) = head
        (self.sha256, self.run, self.actor) = (sha256, run, actor)
    }

    /// Opens the audit, lets the body append to it, and writes its head.
    static func appending<T>(
        to database: any Database, sha256: @escaping SHA256Function, run: RunID?, actor: String,
        _ body: (inout AuditLog) throws -> T
    ) throws -> T {
        var log = try AuditLog(database, sha256: sha256, run: run, actor: actor)
        let before = log.entry
        let result = try body(&log)
        if log.entry != before {
            try Query(database, "UPDATE audit_head SET entry = ?, hash = ?").run([
                .integer(log.entry), .digest(log.hash),
            ])
        }
        return result
    }

    mutating func append(
        _ action: AuditAction, device: DeviceID?, at: Timestamp, _ detail: (inout JSONWriter) -> Void
    ) throws {
        var json = JSONWriter(reservingCapacity: 256)
        json.object(detail)
        let text = json.text
        entry += 1
        hash = sha256(
            AuditLog.hashInput(
                previous: hash, entry: entry, at: at, run: run, actor: actor, action: action.rawValue,
                device: device?.text,
                detail: text))
        try insert.run([
            .integer(entry), .time(at), .run(run), .text(actor), .text(action.rawValue), .optional(device?.text),
            .text(text), .digest(hash),
        ])
    }

    /// What an entry's hash is taken over: the hash before it, then each field with its length in bytes before it (eight
    /// bytes, big-endian; all ones for a field that is absent), so that no two entries have the same input.
    static func hashInput(
        previous: SHA256Digest, entry: Int64, at: Timestamp, run: RunID?, actor: String, action: String,
        device: String?,
        detail: String
    ) -> [UInt8] {
        var input: [UInt8] = []
        input.reserveCapacity(256 + detail.utf8.count)
        previous.withBytes { input.append(contentsOf: $0) }
        func append(_ field: String?) {
            let length = field.map { UInt64($0.utf8.count) } ?? .max
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                input.append(UInt8(truncatingIfNeeded: length >> shift))
            }
            if let field { input.append(contentsOf: field.utf8) }
        }
        append(String(entry))
        append(String(at.seconds))
        append(run?.text)
        append(actor)
        append(action)
        append(device)
        append(detail)
        return input
    }
}

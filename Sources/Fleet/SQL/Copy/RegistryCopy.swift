import RotationModel

/// Copies a whole registry from one engine to another: every row of every table, with the numbers that it has.
///
/// It is one transaction: an interrupted copy left nothing, and is begun again.
struct RegistryCopy {
    let source: any Engine
    let target: any Engine
    let sha256: SHA256Function

    /// So many rows go into one statement; the engines take 32,766 values.
    private static let rowsAtOnce = 200

    /// - Parameter progress: Called now and then with the rows that are done, and the table they are of.
    /// - Returns: What was copied, by table.
    /// - Throws: ``RotationError/Code/io`` where the target has something in it; ``RotationError/Code/inventory`` where what arrived is not what
    ///   was read.
    func perform(progress: (_ table: String, _ rows: Int) -> Void) throws -> [CopiedTable] {
        try source.read { source in
            try target.write { target in
                try requireEmpty(target)
                try target.deferReferences()
                for table in RegistryTables.facts { try copy(table, source, target, progress) }
                try copyHead(source, target)
                try target.settleNumbers(of: RegistryTables.numbered)
                return try compare(source, target, progress)
            }
        }
    }

    private func requireEmpty(_ database: any Database) throws {
        let entries = try Query(database, "SELECT entry FROM audit_head").first { $0.integer(0) } ?? 0
        guard try entries == 0 && !Query(database, "SELECT 1 FROM devices LIMIT 1").exists([]) else {
            throw RotationError(
                .io, "it has something in it already", at: target.place,
                advice: "a registry is copied into an empty one; name another file, database or schema")
        }
    }

    private func copy(
        _ table: String, _ source: any Database, _ target: any Database, _ progress: (String, Int) -> Void
    ) throws {
        let columns = try target.columns(of: table)
        let list = columns.joined(separator: ", ")
        let row = "(" + columns.map { _ in "?" }.joined(separator: ", ") + ")"
        func insertion(of rows: Int) throws -> Query {
            let values = Array(repeating: row, count: rows).joined(separator: ", ")
            return try Query(target, "INSERT INTO \(table) (\(list)) VALUES \(values)")
        }
        let full = try insertion(of: RegistryCopy.rowsAtOnce)
        var waiting: [SQLValue] = []
        var (rows, done) = (0, 0)
        try Query(streaming: source, "SELECT \(list) FROM \(table) ORDER BY 1").forEach { row in
            for column in columns.indices { waiting.append(row.value(CInt(column))) }
            rows += 1
            guard rows == RegistryCopy.rowsAtOnce else { return }
            try full.run(waiting)
            waiting.removeAll(keepingCapacity: true)
            done += rows
            rows = 0
            progress(table, done)
        }
        if rows > 0 { try insertion(of: rows).run(waiting) }
        progress(table, done + rows)
    }

    /// The audit's head has its one row from the beginning.
    private func copyHead(_ source: any Database, _ target: any Database) throws {
        let head = try Query(source, "SELECT entry, hash FROM audit_head").first { [$0.value(0), $0.value(1)] }
        try Query(target, "UPDATE audit_head SET entry = ?, hash = ?").run(head ?? [])
    }

    /// Both sides are read once more, and what follows from the facts is compared as well.
    private func compare(
        _ source: any Database, _ target: any Database, _ progress: (String, Int) -> Void
    ) throws -> [CopiedTable] {
        try RegistryTables.all.map { table in
            let columns = try target.columns(of: table).joined(separator: ", ")
            let (before, after) = (
                try digest(of: table, columns, source), try digest(of: table, columns, target)
            )
            guard before == after else {
                throw RotationError(
                    .inventory,
                    "table \(table) did not arrive as it was (\(before.rows) rows, and \(after.rows) there)",
                    at: self.target.place,
                    advice: "nothing was copied; `rotation-job verify` says what is wrong with the one that was read")
            }
            return CopiedTable(name: table, rows: after.rows, digest: after.digest)
        }
    }

    private func digest(of table: String, _ columns: String, _ database: any Database) throws -> RowsDigest {
        var digest = RowsDigest()
        let count = columns.split(separator: ",").count
        try Query(streaming: database, "SELECT \(columns) FROM \(table)").forEach { row in
            digest.add(sha256(RowsDigest.encoding((0..<count).map { row.value(CInt($0)) })))
        }
        return digest
    }
}

/// A digest of rows that does not depend on their order, which engines see differently.
private struct RowsDigest: Equatable {
    private(set) var rows = 0
    private var sum: [UInt64] = [0, 0, 0, 0]

    mutating func add(_ row: SHA256Digest) {
        rows += 1
        row.withBytes { bytes in
            for lane in sum.indices {
                sum[lane] &+= bytes.loadUnaligned(fromByteOffset: lane * 8, as: UInt64.self).littleEndian
            }
        }
    }

    var digest: String {
        sum.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Each value with its kind and length before it, so that no two rows have the same.
    static func encoding(_ values: [SQLValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ kind: UInt8, _ content: some Collection<UInt8>) {
            bytes.append(kind)
            withUnsafeBytes(of: UInt64(content.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: content)
        }
        for value in values {
            switch value {
            case .null: append(0, [])
            case .integer(let number): append(1, String(number).utf8)
            case .text(let text): append(2, text.utf8)
            case .blob(let blob): append(3, blob)
            case .digest(let digest): digest.withBytes { append(3, $0) }
            }
        }
        return bytes
    }
}

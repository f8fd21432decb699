import CPostgreSQL

/// Rows that libpq fetched, in binary format; the one owner of its result.
final class PostgresResult {
    private let handle: OpaquePointer
    let rows: CInt
    private let types: [SQLType]
    private let objects: [Oid]

    /// - Throws: ``PostgresFailure`` where it is an error's.
    init(_ result: OpaquePointer?, on connection: PostgresConnection) throws {
        let status = PQresultStatus(result)
        guard let result, status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY else {
            defer { PQclear(result) }
            throw PostgresFailure(result, connection: connection.handle)
        }
        handle = result
        rows = PQntuples(result)
        objects = (0..<PQnfields(result)).map { PQftype(result, $0) }
        types = objects.map(PostgresResult.type)
    }

    deinit { PQclear(handle) }

    var changes: Int { PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// What was done, such as `COMMIT`.
    var tag: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }

    func type(_ row: CInt, _ column: CInt) -> SQLType {
        PQgetisnull(handle, row, column) == 1 ? .null : types[Int(column)]
    }

    func bytes(_ row: CInt, _ column: CInt) -> UnsafeRawBufferPointer {
        guard PQgetisnull(handle, row, column) == 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(handle, row, column), count: Int(PQgetlength(handle, row, column)))
    }

    /// 0 for NULL and for what is no number, as SQLite has it.
    func integer(_ row: CInt, _ column: CInt) -> Int64 {
        let bytes = bytes(row, column)
        switch objects[Int(column)] {
        case Kind.bool: return bytes.first.map(Int64.init) ?? 0
        case Kind.int2: return Int64(bytes.bigEndian(Int16.self) ?? 0)
        case Kind.int4: return Int64(bytes.bigEndian(Int32.self) ?? 0)
        case Kind.int8: return bytes.bigEndian(Int64.self) ?? 0
        case Kind.numeric: return PostgresResult.numeric(bytes)
        default: return Int64(String(decoding: bytes, as: UTF8.self)) ?? 0
        }
    }

    /// `pg_type.oid` of the types that the registry's statements give.
    private enum Kind {
        static let bool: Oid = 16
        static let bytea: Oid = 17
        static let int8: Oid = 20
        static let int2: Oid = 21
        static let int4: Oid = 23
        static let text: Oid = 25
        static let varchar: Oid = 1043
        static let numeric: Oid = 1700
    }

    private static func type(_ object: Oid) -> SQLType {
        switch object {
        case Kind.bool, Kind.int2, Kind.int4, Kind.int8, Kind.numeric: .integer
        case Kind.bytea: .blob
        case Kind.text, Kind.varchar: .text
        default: .other
        }
    }

    /// A whole number in the server's decimal format: how many digits of base 10,000, the first one's weight, the sign, a scale, the digits. The sum
    /// of a column of integers is one.
    private static func numeric(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        func field(_ index: Int) -> Int64 {
            Int64(UnsafeRawBufferPointer(rebasing: bytes[(index * 2)...]).bigEndian(Int16.self) ?? 0)
        }
        guard bytes.count >= 8 else { return 0 }
        var value: Int64 = 0
        for place in 0...max(0, field(1)) {
            value = value * 10_000 + (place < field(0) ? field(4 + Int(place)) : 0)
        }
        return field(0) == 0 ? 0 : field(2) == 0 ? value : -value
    }
}

extension UnsafeRawBufferPointer {
    /// The number that it begins with; nil where it is too short.
    fileprivate func bigEndian<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        guard count >= MemoryLayout<Number>.size else { return nil }
        return Number(bigEndian: loadUnaligned(as: Number.self))
    }
}

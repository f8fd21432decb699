import Basics
import RotationModel

extension SQLFleet {
    package func crlState(_ name: String) throws(RotationError) -> CRLState? {
        try read { try CRLState.find($0, name) }
    }

    package func crlStates(ofAuthority name: String) throws(RotationError) -> [CRLState] {
        try read { try CRLState.all($0, "WHERE authority = ? ORDER BY name", [.text(name)]) }
    }

    package func beginCRL(
        name: String, authority: String, thisUpdate: Timestamp, nextUpdate: Timestamp, covers: Int64,
        numberAtLeast: UInt64 = 1, run: RunID, at: Timestamp
    ) throws(RotationError) -> CRLState {
        try write { database in
            let last = try CRLState.find(database, name)
            let number = max((last?.number ?? 0) + 1, numberAtLeast)
            guard let stored = Int64(exactly: number) else {
                throw RotationError(.inventory, "there is no CRL number after \(last?.number ?? number)", at: name)
            }
            // What was begun and not published, nobody has seen.
            let previous = last.flatMap { $0.isPublished ? $0.thisUpdate : $0.previousUpdate }
            try Query(
                database,
                """
                INSERT INTO crls (name, authority, number, this_update, previous_update, next_update, covers, published)
                VALUES (?, ?, ?, ?, ?, ?, ?, 0)
                ON CONFLICT (name) DO UPDATE SET authority = excluded.authority, number = excluded.number,
                  this_update = excluded.this_update, previous_update = excluded.previous_update,
                  next_update = excluded.next_update, covers = excluded.covers, published = excluded.published
                """
            ).run([
                .text(name), .text(authority), .integer(stored), .time(thisUpdate), .optional(previous),
                .time(nextUpdate), .integer(covers),
            ])
            try audited(database, by: .run(run)) { log in
                try log.append(.crlIssued, device: nil, at: at) { json in
                    json.member("crl", name)
                    json.member("authority", authority)
                    json.member("number", Int(stored))
                    json.member("thisUpdate", thisUpdate.rfc3339)
                    json.member("nextUpdate", nextUpdate.rfc3339)
                    json.member("covers", Int(covers))
                }
            }
            return CRLState(
                name: name, authority: authority, number: number, thisUpdate: thisUpdate, previousUpdate: previous,
                nextUpdate: nextUpdate, covers: covers, isPublished: false)
        }
    }

    package func markCRLPublished(_ name: String, number: UInt64) throws(RotationError) {
        guard let number = Int64(exactly: number) else { return }
        try write { database in
            _ = try Query(database, "UPDATE crls SET published = 1 WHERE name = ? AND number = ?")
                .run([.text(name), .integer(number)])
        }
    }

    package func lastRevocation(issuers: [String]) throws(RotationError) -> Int64 {
        try read { database in
            let last = try Query(
                database,
                "SELECT max(id) FROM revocations WHERE pending = 0 AND issuer = (SELECT id FROM issuers WHERE name = ?)"
            )
            return try issuers.reduce(0) { max($0, try last.first([.text($1)]) { $0.integer(0) } ?? 0) }
        }
    }

    package func forEachRevoked(
        issuers: [String], after id: Int64 = 0, _ body: (RevokedCertificate) throws -> Void
    ) throws {
        try snapshot { database in
            let query = try Query(
                streaming: database,
                """
                SELECT v.id, c.serial, v.revoked_at, v.reason, c.not_after FROM revocations v
                JOIN certificates c ON c.id = v.certificate
                WHERE v.issuer = (SELECT id FROM issuers WHERE name = ?) AND v.id > ? AND v.pending = 0
                  AND c.signed_by IS DISTINCT FROM 'forged' ORDER BY v.id
                """)
            // What only CRLs tell of is as old as anything: who asks for what is new has it already.
            if id <= 0 { try RecoveredRevocations(database).forEach(issuers: issuers, body) }
            for issuer in issuers {
                try query.forEach([.text(issuer), .integer(id)]) { row in
                    try body(
                        RevokedCertificate(
                            id: row.integer(0), serialNumber: SerialNumber(bytes: row.bytes(1)),
                            revokedAt: row.time(2), reason: try row.value(3), notAfter: row.time(4)))
                }
            }
        }
    }
}

extension CRLState {
    fileprivate static func find(_ database: any Database, _ name: String) throws -> CRLState? {
        try all(database, "WHERE name = ?", [.text(name)]).first
    }

    static func all(
        _ database: any Database, _ condition: String, _ values: [SQLValue]
    ) throws -> [CRLState] {
        try Query(
            database,
            """
            SELECT name, authority, number, this_update, previous_update, next_update, covers, published FROM crls
            \(condition)
            """
        ).all(values) { row in
            CRLState(
                name: row.text(0), authority: row.text(1), number: UInt64(clamping: row.integer(2)),
                thisUpdate: row.time(3), previousUpdate: row.optionalTime(4), nextUpdate: row.time(5),
                covers: row.integer(6), isPublished: row.integer(7) == 1)
        }
    }
}

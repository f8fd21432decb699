import Basics
import RotationModel

extension SQLFleet {
    package func auditHash(ofEntry number: Int64) throws(RotationError) -> SHA256Digest? {
        try read { database in
            try Query(database, "SELECT hash FROM audit WHERE id = ?").first([.integer(number)]) { try $0.digest(0) }
        }
    }

    package func recoveries() throws(RotationError) -> [Recovery] {
        try read { database in
            try Query(database, "SELECT entry, lost_entry FROM recoveries ORDER BY recovered_at, run").all {
                Recovery(entry: $0.integer(0), lostEntry: $0.optionalInteger(1))
            }
        }
    }

    package func recordedManifests(of devices: [DeviceID]) throws(RotationError) -> [DeviceID: RecordedManifest] {
        try read { database in
            let find = try Query(
                database,
                """
                SELECT d.id, \(database.dialect.greatest("coalesce(m.sequence, 0)", "coalesce(f.sequence, 0)")), m.issued FROM devices d
                LEFT JOIN manifests m ON m.device = d.id LEFT JOIN recovered_sequences f ON f.device = d.name
                WHERE d.name = ?
                """)
            var found: [DeviceID: RecordedManifest] = [:]
            for device in devices {
                found[device] = try find.first([.text(device.text)]) {
                    RecordedManifest(
                        deviceRow: $0.integer(0), sequence: Int($0.integer(1)), issued: $0.optionalTime(2))
                }
            }
            return found
        }
    }

    package func recover(
        _ manifests: [PublishedManifest], run: RunID, at: Timestamp
    ) throws(RotationError) -> [RecoveredManifest?] {
        guard !manifests.isEmpty else { return [] }
        return try write { database in
            var recovery = try ManifestRecovery(database, run: run, at: at)
            return try audited(database, by: .run(run)) { log in
                try manifests.map { try recovery.recover($0, &log) }
            }
        }
    }

    package func recoverCRL(
        _ name: String, authority: String, number: UInt64, thisUpdate: Timestamp, nextUpdate: Timestamp
    ) throws(RotationError) {
        try write { database in
            let known = try CRLState.all(database, "WHERE name = ?", [.text(name)]).first
            guard known?.number ?? 0 < number, let stored = Int64(exactly: number) else { return }
            // The earlier date stays: what had to be listed since then is listed still. Nobody says what it covered.
            try Query(
                database,
                """
                INSERT INTO crls (name, authority, number, this_update, previous_update, next_update, covers, published)
                VALUES (?, ?, ?, ?, ?, ?, 0, 0)
                ON CONFLICT (name) DO UPDATE SET authority = excluded.authority, number = excluded.number,
                  this_update = excluded.this_update, previous_update = excluded.previous_update,
                  next_update = excluded.next_update, covers = excluded.covers, published = excluded.published
                """
            ).run([
                .text(name), .text(authority), .integer(stored), .time(thisUpdate),
                .optional(known.flatMap { $0.previousUpdate ?? $0.thisUpdate }), .time(nextUpdate),
            ])
        }
    }

    package func recordRecovery(_ recovery: Recovery, run: RunID, at: Timestamp) throws(RotationError) {
        try write { database in
            try Query(
                database,
                """
                INSERT INTO recoveries (run, entry, lost_entry, recovered_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (run) DO UPDATE SET entry = excluded.entry, lost_entry = excluded.lost_entry,
                  recovered_at = excluded.recovered_at
                """
            ).run([.run(run), .integer(recovery.entry), .optional(recovery.lostEntry), .time(at)])
            try audited(database, by: .run(run)) { log in
                try log.append(.recovered, device: nil, at: at) { json in
                    json.member("restoredEntry", Int(recovery.entry))
                    if let lost = recovery.lostEntry { json.member("lostEntry", Int(lost)) }
                }
            }
        }
    }
}

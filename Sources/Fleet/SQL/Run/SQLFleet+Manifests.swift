import Basics
import Lifecycle
import RotationModel

extension SQLFleet {
    package func markPublished(_ manifests: [ManifestRecord], run: RunID, at: Timestamp) throws(RotationError) {
        guard !manifests.isEmpty else { return }
        try write { database in
            let publish = try Query(
                database, "UPDATE manifests SET published = 1 WHERE device = ? AND sequence = ? AND published = 0")
            let deliver = try Query(
                database,
                """
                UPDATE rotations SET state = ?4, changed_at = ?1, delivered_at = ?1, delivered_run = ?2 WHERE id = ?3
                """)
            let find = try Query(
                database,
                """
                SELECT r.id, r.state, r.old_certificate, r.new_certificate FROM manifests m
                JOIN rotations r ON r.id = m.rotation WHERE m.device = ?
                """)
            var published = 0
            for manifest in manifests {
                guard try publish.changes([.integer(manifest.deviceRow), .count(manifest.sequence)]) == 1 else {
                    continue
                }
                published += 1
                guard manifest.action == .install else { continue }
                let known = try find.first([.integer(manifest.deviceRow)]) {
                    (row: $0.integer(0), rotation: try $0.rotation(state: 1, original: 2, replacement: 3))
                }
                guard let known, case let (moved, _) = try known.rotation.apply(.published), moved != known.rotation
                else { continue }
                try deliver.run([.time(at), .run(run), .integer(known.row), .state(of: moved)])
            }
            guard published > 0 else { return }
            try audited(database, by: .run(run)) { log in
                try log.append(.published, device: nil, at: at) { $0.member("manifests", published) }
            }
        }
    }

    package func unpublishedManifests(limit: Int) throws(RotationError) -> [ManifestRecord] {
        try read { database in
            try Query(database, "\(ManifestReader.select) WHERE m.published = 0 ORDER BY m.id LIMIT ?")
                .all([.count(limit)], ManifestReader.read)
        }
    }

    package func refreshManifests(
        expiringBefore: Timestamp, newExpiry: Timestamp, limit: Int, run: RunID, at: Timestamp
    ) throws(RotationError) -> [ManifestRecord] {
        try write { database in
            let due = try Query(
                database,
                """
                \(ManifestReader.select) WHERE m.expires < ? AND m.action <> 'none' AND r.open = 1 ORDER BY m.expires, m.id LIMIT ?
                """
            ).all([.time(min(expiringBefore, newExpiry)), .count(limit)]) {
                (try ManifestReader.read($0), ManifestReader.rotation($0))
            }
            guard !due.isEmpty else { return [] }
            let manifests = try ManifestWriter(database)
            let renewed = try due.map { old, rotation in
                let manifest = ManifestRecord(
                    deviceRow: old.deviceRow, device: old.device, account: old.account,
                    sequence: try manifests.nextSequence(of: old.deviceRow), action: old.action, reason: old.reason,
                    run: run,
                    issued: at, expires: newExpiry, certificateDER: old.certificateDER, certificate: old.certificate,
                    authority: old.authority,
                    replaces: old.replaces, requestKeys: old.requestKeys, requestSubject: old.requestSubject,
                    refused: old.refused)
                try manifests.put(manifest, rotation: rotation)
                return manifest
            }
            try audited(database, by: .run(run)) { log in
                try log.append(.manifestsRenewed, device: nil, at: at) { $0.member("manifests", renewed.count) }
            }
            return renewed
        }
    }
}

import GRDB
import RotationModel

extension Inventory {
    /// Records CSRs that were taken and CSRs that were not. A device's new CSR replaces the one that waited; why one was
    /// refused is kept until a later one is taken.
    ///
    /// - Returns: Those that could not be taken after all, because another device has the key by now. They are recorded
    ///   as refused.
    @discardableResult
    public func take(
        _ taken: [TakenRequest], refused: [RefusedFile], run: String, at: Timestamp
    ) throws(RotationError) -> [RequestConflict] {
        guard !taken.isEmpty || !refused.isEmpty else { return [] }
        return try write { database in
            let holders = try KeyHolders(database)
            let upsert = try Query(
                database,
                """
                INSERT INTO requests (device, spki, key_fingerprint, key_identity, algorithm, run, received_at, csr)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (device) DO UPDATE SET spki = excluded.spki, key_fingerprint = excluded.key_fingerprint,
                  key_identity = excluded.key_identity,
                  algorithm = excluded.algorithm, run = excluded.run, received_at = excluded.received_at,
                  csr = excluded.csr
                """)
            let setRefused = try Query(database, "UPDATE devices SET refused = ?2 WHERE id = ?1 AND refused IS NOT ?2")
            var conflicts: [RequestConflict] = []
            try audited(database, run: run) { log in
                func refuse(_ row: Int64?, _ device: DeviceID?, _ file: String?, _ reason: String) throws {
                    if let row { try setRefused.run([.integer(row), .text(reason)]) }
                    try log.append(.csrRefused, device: device, at: at) { json in
                        if let file { json.member("file", file) }
                        json.member("reason", reason)
                    }
                }
                for (index, request) in taken.enumerated() {
                    if let holder = try holders.holder(of: request.keyIdentity, otherThan: request.deviceRow) {
                        conflicts.append(RequestConflict(index: index, holder: holder))
                        try refuse(request.deviceRow, request.device, nil, "the key is in use by another device")
                        continue
                    }
                    try upsert.run([
                        .integer(request.deviceRow), .blob(request.spki), .digest(request.keyFingerprint.digest),
                        .digest(request.keyIdentity.digest), .text(request.algorithm.description), .text(run),
                        .time(at),
                        request.csr.isEmpty ? .null : .blob(request.csr),
                    ])
                    try setRefused.run([.integer(request.deviceRow), .null])
                    try log.append(.csrTaken, device: request.device, at: at) { json in
                        json.member("key", request.keyFingerprint.hex)
                        json.member("algorithm", request.algorithm.description)
                    }
                }
                for request in refused { try refuse(request.deviceRow, request.device, request.file, request.reason) }
            }
            return conflicts
        }
    }
}

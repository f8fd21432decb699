import Basics
import RotationModel

/// Records CSRs one at a time, within one transaction.
struct RequestRecorder {
    /// A device that is flooded has no more than these to choose from.
    private static let mostConflicting = 8

    private let run: RunID
    private let at: Timestamp
    private let holders: KeyHolders
    private let upsert: Query
    private let markSigned: Query
    private let settle: Query
    private let conflict: Query
    private let conflictCount: Query
    private let setRefused: Query
    private let waiting: Query
    private let forget: Query
    private let waitingWithKey: Query
    private let addExposed: Query
    private let isExposed: Query
    private let submissions: TakenSubmissions

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        holders = try KeyHolders(database)
        upsert = try Query(
            database,
            """
            INSERT INTO requests (device, spki, key_fingerprint, key_identity, algorithm, run, received_at, csr, proof)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (device) DO UPDATE SET spki = excluded.spki, key_fingerprint = excluded.key_fingerprint,
              key_identity = excluded.key_identity, algorithm = excluded.algorithm, run = excluded.run, received_at = excluded.received_at,
              csr = excluded.csr, proof = excluded.proof
            """)
        submissions = try TakenSubmissions(database, run: run, at: at)
        // A session's time is the gate's, and a signature's the device's: the later one counts.
        markSigned = try Query(
            database,
            "UPDATE devices SET request_time = ?2 WHERE id = ?1 AND (request_time IS NULL OR request_time < ?2)")
        settle = try Query(database, "DELETE FROM conflicting_requests WHERE device = ?")
        conflict = try Query(
            database,
            """
            INSERT INTO conflicting_requests
              (device, key_fingerprint, key_identity, spki, algorithm, csr, run, received_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        conflictCount = try Query(database, "SELECT count(*) FROM conflicting_requests WHERE device = ?")
        setRefused = try Query(
            database, "UPDATE devices SET refused = ?2 WHERE id = ?1 AND refused IS DISTINCT FROM ?2")
        waiting = try Query(
            database,
            """
            SELECT q.spki, q.key_fingerprint, q.key_identity, q.algorithm, q.csr, d.name FROM requests q JOIN devices d ON d.id = q.device
            WHERE q.device = ?
            """)
        forget = try Query(database, "DELETE FROM requests WHERE device = ? AND key_identity = ?")
        waitingWithKey = try Query(
            database,
            "SELECT d.id, d.name FROM requests q JOIN devices d ON d.id = q.device WHERE q.key_identity = ?")
        addExposed = try Query(
            database, "INSERT INTO exposed_keys (key_identity, device, run, exposed_at) VALUES (?, ?, ?, ?)")
        isExposed = try Query(
            database, "SELECT 1 FROM exposed_keys WHERE key_identity = ? AND device IS NOT DISTINCT FROM ?")
    }

    /// - Returns: The device that has the key by now, where the CSR cannot be taken for that.
    func take(_ request: TakenRequest, _ log: inout AuditLog) throws -> DeviceID? {
        if let holder = try holders.holder(of: request.keyIdentity, otherThan: request.deviceRow) {
            try refuse(request.deviceRow, request.device, nil, "the key is in use by another device", &log)
            return holder
        }
        try upsert.run([
            .integer(request.deviceRow), .blob(request.spki), .digest(request.keyFingerprint.digest),
            .digest(request.keyIdentity.digest), .text(request.algorithm.description), .run(run), .time(at),
            request.csr.isEmpty ? .null : .blob(request.csr), .text(request.proof.rawValue),
        ])
        if let time = request.time {
            try markSigned.run([.integer(request.deviceRow), .time(time)])
            try settle.run([.integer(request.deviceRow)])
        }
        if let session = request.session { try submissions.add(session.submission) }
        try setRefused.run([.integer(request.deviceRow), .null])
        try log.append(.csrTaken, device: request.device, at: at) { json in
            json.member("key", request.keyFingerprint.hex)
            json.member("algorithm", request.algorithm.description)
            json.member("proof", request.proof.rawValue)
            if let signed = request.signed {
                json.member("time", signed.time.rfc3339)
                json.member("request", signed.digest.hex)
            }
            if let session = request.session {
                json.member("time", session.at.rfc3339)
                json.member("certificate", session.certificate.hex)
                json.member("submission", session.submission)
            }
        }
        return nil
    }

    func refuse(_ file: RefusedFile, _ log: inout AuditLog) throws {
        guard try submissions.addRefused(file.mark) else { return }
        try refuse(file.isTold ? file.deviceRow : nil, file.device, file.file, file.reason, &log)
    }

    func withdraw(_ request: WithdrawnRequest, _ log: inout AuditLog) throws {
        let removed = try forget.changes([.integer(request.deviceRow), .digest(request.keyIdentity.digest)])
        guard removed > 0 else { return }
        try refuse(request.deviceRow, request.device, nil, request.reason, &log)
    }

    /// Keeps a CSR beside the one that waited, which is no longer to be answered.
    func contest(_ request: TakenRequest, _ log: inout AuditLog) throws {
        let row = request.deviceRow
        let earlier = try waiting.first([.integer(row)]) { found in
            TakenRequest(
                deviceRow: row, device: DeviceID(checked: found.text(5)), spki: found.bytes(0),
                keyFingerprint: try found.keyFingerprint(1), keyIdentity: try found.keyIdentity(2),
                algorithm: KeyAlgorithm(found.text(3)), csr: found.isNull(4) ? [] : found.bytes(4))
        }
        if let earlier {
            try keep(earlier, &log)
            try forget.run([.integer(row), .digest(earlier.keyIdentity.digest)])
        }
        try keep(request, &log)
    }

    private func keep(_ request: TakenRequest, _ log: inout AuditLog) throws {
        let count = try conflictCount.first([.integer(request.deviceRow)]) { $0.integer(0) } ?? 0
        guard count < RequestRecorder.mostConflicting else { return }
        let added = try conflict.changes([
            .integer(request.deviceRow), .digest(request.keyFingerprint.digest), .digest(request.keyIdentity.digest),
            .blob(request.spki), .text(request.algorithm.description), request.csr.isEmpty ? .null : .blob(request.csr),
            .run(run),
            .time(at),
        ])
        guard added > 0 else { return }
        try log.append(.csrContested, device: request.device, at: at) { json in
            json.member("key", request.keyFingerprint.hex)
        }
    }

    /// Refuses a key from now on, and forgets the CSRs that wait with it.
    func expose(_ key: ExposedKey, _ log: inout AuditLog) throws {
        let scope: SQLValue = key.deviceRow.map { .integer($0) } ?? .null
        if try !isExposed.exists([.digest(key.publicKey.identity.digest), scope]) {
            try addExposed.run([.digest(key.publicKey.identity.digest), scope, .run(run), .time(at)])
            try log.append(.keyExposed, device: key.device, at: at) { json in
                json.member("key", key.publicKey.fingerprint.hex)
                json.member("refusedFor", key.deviceRow == nil ? "everybody" : "device")
            }
        }
        let found = try waitingWithKey.all([.digest(key.publicKey.identity.digest)]) {
            ($0.integer(0), DeviceID(checked: $0.text(1)))
        }
        for (row, device) in found where key.deviceRow == nil || key.deviceRow == row {
            try forget.run([.integer(row), .digest(key.publicKey.identity.digest)])
            try refuse(row, device, nil, ExposedKey.refusal, &log)
        }
    }

    private func refuse(
        _ row: Int64?, _ device: DeviceID?, _ file: String?, _ reason: String, _ log: inout AuditLog
    ) throws {
        if let row { try setRefused.run([.integer(row), .text(reason)]) }
        try log.append(.csrRefused, device: device, at: at) { json in
            if let file { json.member("file", file) }
            json.member("reason", reason)
        }
    }
}

extension ExposedKey {
    /// As the refusal of a CSR with such a key reads.
    package static let refusal =
        "private-key-included: its private key was in a file of the inbox: that key is burnt, and must be made anew; it never leaves the device"
}

import Basics
import Lifecycle
import RotationModel

extension SQLFleet {
    package func reserve(
        _ orders: [ReservationOrder], batch: String, run: RunID, at: Timestamp
    ) throws(RotationError) -> (reserved: [Reservation], skipped: [SkippedOrder]) {
        guard !orders.isEmpty else { return ([], []) }
        return try write { database in
            let reservation = try SerialReservation(database, batch: batch, run: run, at: at)
            var reserved: [Reservation] = []
            var skipped: [SkippedOrder] = []
            reserved.reserveCapacity(orders.count)
            try audited(database, by: .run(run)) { log in
                for (index, order) in orders.enumerated() {
                    switch try reservation.reserve(order, index: index, &log) {
                    case .reserved(let made): reserved.append(made)
                    case .skipped(let why): skipped.append(SkippedOrder(index: index, why: why))
                    }
                }
                guard !reserved.isEmpty else { return }
                try log.append(.reserved, device: nil, at: at) { json in
                    json.member("batch", batch)
                    json.member("serials", reserved.count)
                }
            }
            return (reserved, skipped)
        }
    }
}

/// Decides on one order at a time, within one transaction.
private struct SerialReservation {
    enum Outcome {
        case reserved(Reservation)
        case skipped(String)
    }

    private let batch: String
    private let run: RunID
    private let at: Timestamp
    private let rotations: RotationWriter
    private let holders: KeyHolders
    private let findCertificate: Query
    private let findBody: Query
    private let findReservation: Query
    private let findRequest: Query
    /// Nil where no key is refused: nearly every run asks for nothing then.
    private let refusedKeys: Query?
    private let add: Query

    init(_ database: any Database, batch: String, run: RunID, at: Timestamp) throws {
        (self.batch, self.run, self.at) = (batch, run, at)
        rotations = try RotationWriter(database, run: run, at: at)
        holders = try KeyHolders(database)
        findCertificate = try Query(
            database,
            """
            SELECT c.device, c.status, c.fingerprint, c.not_after, c.key_fingerprint, c.key_identity,
              a.name FROM certificates c
            JOIN devices d ON d.id = c.device JOIN accounts a ON a.id = d.account WHERE c.id = ?
            """)
        findBody = try Query(database, "SELECT der FROM certificate_bodies WHERE certificate = ?")
        findReservation = try Query(
            database, "SELECT run FROM reservations WHERE rotation = ? AND state <> 'abandoned'")
        findRequest = try Query(
            database, "SELECT spki, key_fingerprint, key_identity, csr FROM requests WHERE device = ?")
        refusedKeys =
            try Query(database, "SELECT 1 FROM refused_keys LIMIT 1").exists([])
            ? try Query(database, "SELECT 1 FROM refused_keys WHERE key_identity = ?") : nil
        add = try Query(
            database,
            """
            INSERT INTO reservations (serial, rotation, state, batch, run, profile, authority, reserved_at)
            VALUES (?, ?, 'reserved', ?, ?, ?, ?, ?)
            """)
    }

    private struct Old {
        var device: Int64
        var status: CertificateStatus
        var replaced: ReplacedCertificate
        var key: KeyReference
        var account: String
    }

    func reserve(_ order: ReservationOrder, index: Int, _ log: inout AuditLog) throws -> Outcome {
        let old = try findCertificate.first([.integer(order.oldCertificate)]) {
            Old(
                device: $0.integer(0), status: try $0.value(1),
                replaced: ReplacedCertificate(fingerprint: try $0.fingerprint(2), notAfter: $0.time(3)),
                key: try $0.key(4, 5), account: $0.text(6))
        }
        guard let old, old.device == order.deviceRow else {
            return .skipped("the device no longer has the certificate")
        }
        guard old.status == .active else {
            return .skipped("the certificate to replace is \(old.status.rawValue) by now")
        }

        let open = try rotations.open(ofDevice: order.deviceRow)
        if let open {
            guard open.rotation.admitsReplacement(supersedes: order.supersedes) else {
                return .skipped(
                    "the device has a replacement already (rotation \(open.row.number), \(open.rotation.state.rawValue))"
                )
            }
            if open.rotation.isContinued(byReplacing: RowID(order.oldCertificate)),
                let run = try findReservation.first([.row(open.row)], { $0.text(0) })
            {
                return .skipped("a replacement is under way already (run \(run))")
            }
        }

        let (key, spki, csr, current): (KeyReference, [UInt8], [UInt8], [UInt8])
        switch order.keySource {
        case .request:
            let request = try findRequest.first([.integer(order.deviceRow)]) {
                ($0.bytes(0), try $0.key(1, 2), $0.bytes(3))
            }
            guard let request else { return .skipped("no CSR waits any more") }
            (key, spki, csr, current) = (request.1, request.0, request.2, [])
        case .currentKey:
            let body = try findBody.first([.integer(order.oldCertificate)]) { $0.bytes(0) }
            guard let body else { throw StorageFailure.unreadable("a certificate without its DER") }
            (key, spki, csr, current) = (old.key, [], [], body)
        }
        if try refusedKeys?.exists([.digest(key.identity.digest)]) == true {
            return .skipped("the key is refused: a certificate with it was revoked for keyCompromise")
        }
        if let holder = try holders.holder(of: key.identity, otherThan: order.deviceRow) {
            return .skipped("device \(holder) has the same key")
        }

        let rotation = try rotations.proceed(
            with: open, device: order.deviceRow, id: order.device, oldCertificate: order.oldCertificate, .reserved,
            order.cause, revocation: order.revocation,
            &log)
        let row = try add.insert([
            .blob(order.serial.bytes), .integer(rotation), .text(batch), .run(run), .text(order.profile),
            .text(order.authority), .time(at),
        ])
        return .reserved(
            Reservation(
                row: row, rotation: rotation, index: index, order: order, account: AccountID(checked: old.account),
                replaces: old.replaced, spki: spki, keyFingerprint: key.fingerprint, csr: csr,
                currentCertificate: current))
    }
}

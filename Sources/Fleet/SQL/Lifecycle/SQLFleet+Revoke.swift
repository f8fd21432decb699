import Basics
import Lifecycle
import RotationModel

extension SQLFleet {
    @discardableResult
    package func revoke(
        _ orders: [RevokeOrder], run: RunID, at: Timestamp
    ) throws(RotationError) -> (revoked: Int, manifests: [ManifestRecord]) {
        guard !orders.isEmpty else { return (0, []) }
        return try write { database in
            var revocation = try CertificateRevocation(database, run: run, at: at)
            return try audited(database, by: .run(run)) { log in
                let revoked = try orders.count { try revocation.revoke($0, &log) }
                return (revoked, revocation.lastManifests)
            }
        }
    }
}

/// Revokes one certificate at a time, within one transaction.
struct CertificateRevocation {
    /// Those that take offers back.
    private var manifests: [ManifestRecord] = []

    /// Of each device the last one: two of its certificates may go at once.
    var lastManifests: [ManifestRecord] {
        let last = Dictionary(manifests.map { ($0.deviceRow, $0.sequence) }, uniquingKeysWith: max)
        return manifests.filter { last[$0.deviceRow] == $0.sequence }
    }

    private let run: RunID
    private let at: Timestamp
    private let effects: RotationEffects
    private let offers: OfferWithdrawal
    private let refusal: KeyRefusal
    private let findClaims: Query
    private let findOrder: Query
    private let changeStatus: Query
    private let add: Query
    private let findRotation: Query
    private let findIdle: Query

    private struct Claim {
        var row: Int64
        var deviceRow: Int64
        var device: DeviceID
        var serial: SerialNumber
        var issuer: Int64
        var key: KeyIdentity
        var status: CertificateStatus
    }

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        effects = try RotationEffects(database, run: run, at: at)
        offers = try OfferWithdrawal(database, run: run, at: at)
        refusal = try KeyRefusal(database, at: at)
        findClaims = try Query(
            database,
            """
            SELECT c.id, c.device, d.name, c.serial, c.issuer, c.key_identity, c.status FROM certificates c
            JOIN devices d ON d.id = c.device WHERE c.fingerprint = ? ORDER BY c.id
            """)
        findOrder = try Query(database, "SELECT name, actor FROM revocation_orders WHERE id = ?")
        changeStatus = try Query(database, "UPDATE certificates SET status = 'REVOKED', status_at = ? WHERE id = ?")
        add = try Query(
            database,
            """
            INSERT INTO revocations (certificate, issuer, revocation_order, reach, reason, revoked_at, run)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        findRotation = try Query(
            database, "SELECT id, state, old_certificate, new_certificate FROM rotations WHERE device = ? AND open = 1")
        findIdle = try Query(database, "SELECT rotation FROM manifests WHERE device = ? AND action = 'none'")
    }

    /// - Returns: Whether it was not revoked before.
    mutating func revoke(_ order: RevokeOrder, _ log: inout AuditLog) throws -> Bool {
        let claims = try findClaims.all([.digest(order.fingerprint.digest)]) { row in
            Claim(
                row: row.integer(0), deviceRow: row.integer(1), device: DeviceID(checked: row.text(2)),
                serial: SerialNumber(bytes: row.bytes(3)), issuer: row.integer(4), key: try row.keyIdentity(5),
                status: try row.value(6))
        }.filter { $0.status != .revoked }
        guard !claims.isEmpty else { return false }
        for claim in claims {
            try changeStatus.run([.time(at), .integer(claim.row)])
            try add.run([
                .integer(claim.row), .integer(claim.issuer), .integer(order.order), .text(order.reach.rawValue),
                .text(order.reason.rawValue), .time(at), .run(run),
            ])
            try append(order, claim, &log)
            try settleRotation(order, claim, &log)
        }
        if order.reason == .keyCompromise, let key = claims.first?.key { try refusal.forgetRequests(for: key, &log) }
        return true
    }

    private mutating func settleRotation(_ order: RevokeOrder, _ claim: Claim, _ log: inout AuditLog) throws {
        let known = try findRotation.first([.integer(claim.deviceRow)]) {
            (row: $0.integer(0), rotation: try $0.rotation(state: 1, original: 2, replacement: 3))
        }
        guard let known else {
            // It had nothing to do until now, and is told why its certificate no longer serves.
            if claim.status == .active, let last = try findIdle.first([.integer(claim.deviceRow)], { $0.integer(0) }) {
                manifests.append(
                    try offers.withdraw(RowID(last), reason: order.cause.reason, expires: order.manifestExpires))
            }
            return
        }
        let (moved, steps) = try known.rotation.apply(.revoked(RowID(claim.row)))
        let manifest = try effects.carryOut(
            steps, moved,
            of: RotationEffects.Subject(
                rotation: RowID(known.row), deviceRow: claim.deviceRow, device: claim.device),
            notice: RotationEffects.Notice(reason: order.cause.reason, expires: order.manifestExpires), &log)
        if let manifest { manifests.append(manifest) }
        guard moved.state == .completed else { return }
        try log.append(.completed, device: claim.device, at: at) { json in
            json.member("rotation", Int(known.row))
            json.member("fingerprint", order.fingerprint.hex)
            json.member("status", CertificateStatus.revoked.rawValue)
            json.cause(order.cause)
        }
    }

    private func append(_ order: RevokeOrder, _ claim: Claim, _ log: inout AuditLog) throws {
        let given = try findOrder.first([.integer(order.order)]) { (name: $0.text(0), actor: $0.text(1)) }
        try log.append(.revoked, device: claim.device, at: at) { json in
            json.member("fingerprint", order.fingerprint.hex)
            json.member("serial", claim.serial.hex)
            json.member("was", claim.status.rawValue)
            json.member("revocationReason", order.reason.rawValue)
            json.member("reach", order.reach.rawValue)
            if let given {
                json.member("order", given.name)
                json.member("orderedBy", given.actor)
            }
            json.cause(order.cause)
        }
    }
}

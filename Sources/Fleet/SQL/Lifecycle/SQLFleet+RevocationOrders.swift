import Basics
import RotationModel

extension SQLFleet {
    @discardableResult
    package func recordRevocationOrder(
        _ draft: RevocationOrderDraft, by actor: Actor, at: Timestamp
    ) throws(RotationError) -> Int64 {
        try write { database in
            let recorder = RevocationOrderRecorder(database, by: actor, try name(of: actor, database), at: at)
            if try recorder.find(draft.name) != nil {
                throw RotationError(
                    .badInput, "there is a revocation named \u{201C}\(draft.name)\u{201D} already",
                    advice: "give this one another name")
            }
            return try audited(database, by: actor) { log in try recorder.add(draft, &log) }
        }
    }

    @discardableResult
    package func ensureRevocationOrder(
        name: String, reason: RevocationReason, mode: RevocationMode, deadline: TimeSpan?, note: String? = nil,
        run: RunID, at: Timestamp
    ) throws(RotationError) -> Int64 {
        try write { database in
            let actor = Actor.run(run)
            let recorder = RevocationOrderRecorder(database, by: actor, try self.name(of: actor, database), at: at)
            return try audited(database, by: actor) { log in
                guard let known = try recorder.find(name) else {
                    let draft = RevocationOrderDraft(
                        name: name, kind: .policy, reason: reason, mode: mode, deadline: deadline,
                        note: note)
                    return try recorder.add(draft, &log)
                }
                guard known.kind == .policy else {
                    throw RotationError(
                        .badInput, "a revocation named \u{201C}\(name)\u{201D} was given by hand already",
                        advice: "give the rule another name")
                }
                try recorder.renew(known, reason: reason, mode: mode, deadline: deadline, note: note, &log)
                return known.id
            }
        }
    }

    @discardableResult
    package func withdrawRevocationOrder(
        _ name: String, by actor: Actor, at: Timestamp
    ) throws(RotationError) -> Bool {
        try write { database in
            let changed = try Query(
                database,
                """
                UPDATE revocation_orders SET withdrawn_at = ?, withdrawn_by = ? WHERE name = ? AND withdrawn_at IS NULL
                """
            ).changes([.time(at), .text(try self.name(of: actor, database)), .text(name)])
            guard changed == 1 else { return false }
            try audited(database, by: actor) { log in
                try log.append(.revocationWithdrawn, device: nil, at: at) { $0.member("order", name) }
            }
            return true
        }
    }
}

/// Records revocation orders, within one transaction.
private struct RevocationOrderRecorder {
    private let database: any Database
    private let actor: Actor
    private let actorName: String
    private let at: Timestamp

    init(_ database: any Database, by actor: Actor, _ actorName: String, at: Timestamp) {
        (self.database, self.actor, self.actorName, self.at) = (database, actor, actorName, at)
    }

    func find(_ name: String) throws -> RevocationOrder? {
        try RevocationOrderReader(database).all("WHERE name = ?", [.text(name)]).first
    }

    func add(_ draft: RevocationOrderDraft, _ log: inout AuditLog) throws -> Int64 {
        let order = try Query(
            database,
            """
            INSERT INTO revocation_orders (name, kind, reason, mode, deadline_seconds, actor, note, recorded_at, run)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ).insert([
            .text(draft.name), .text(draft.kind.rawValue), .text(draft.reason.rawValue), .text(draft.mode.rawValue),
            .optional(draft.deadline?.seconds), .text(actorName), .optional(draft.note), .time(at), .run(actor.run),
        ])
        let addSeed = try Query(
            database,
            "INSERT INTO revocation_seeds (revocation_order, certificate) VALUES (?, ?) ON CONFLICT DO NOTHING")
        for seed in draft.seeds { try addSeed.run([.integer(order), .integer(seed)]) }
        try log.append(.revocationOrdered, device: try onlyDevice(of: draft.seeds), at: at) { json in
            json.member("order", draft.name)
            json.member("kind", draft.kind.rawValue)
            json.terms(draft.reason, draft.mode, draft.deadline, note: draft.note)
            if draft.kind == .manual {
                json.member("certificates", draft.seeds.count)
                json.member("keys", draft.refusedKeys.count)
            }
        }
        let refusal = try KeyRefusal(database, at: at)
        for key in draft.refusedKeys { _ = try refusal.refuse(key, order: order, &log) }
        return order
    }

    /// The device that all of these certificates belong to, so that its history has the order; nil where they are several's.
    private func onlyDevice(of seeds: [Int64]) throws -> DeviceID? {
        let device = try Query(
            database, "SELECT d.name FROM certificates c JOIN devices d ON d.id = c.device WHERE c.id = ?")
        var found: DeviceID?
        for seed in seeds {
            let one = try device.first([.integer(seed)]) { DeviceID(checked: $0.text(0)) }
            if let found, found != one { return nil }
            found = one
        }
        return found
    }

    func renew(
        _ known: RevocationOrder, reason: RevocationReason, mode: RevocationMode, deadline: TimeSpan?, note: String?,
        _ log: inout AuditLog
    ) throws {
        let isBack = known.withdrawnAt != nil
        guard isBack || known.reason != reason || known.mode != mode || known.deadline != deadline || known.note != note
        else { return }
        try Query(
            database,
            """
            UPDATE revocation_orders SET reason = ?, mode = ?, deadline_seconds = ?, note = ?, recorded_at = ?,
              withdrawn_at = NULL, withdrawn_by = NULL WHERE id = ?
            """
        ).run([
            .text(reason.rawValue), .text(mode.rawValue), .optional(deadline?.seconds), .optional(note),
            .time(isBack ? at : known.recordedAt), .integer(known.id),
        ])
        try log.append(.revocationOrdered, device: nil, at: at) { json in
            json.member("order", known.name)
            json.member("kind", known.kind.rawValue)
            json.terms(reason, mode, deadline, note: note)
            json.member("change", isBack ? "reinstated" : "changed")
        }
    }
}

extension JSONWriter {
    /// What a revocation order demands.
    fileprivate mutating func terms(
        _ reason: RevocationReason, _ mode: RevocationMode, _ deadline: TimeSpan?, note: String?
    ) {
        member("reason", reason.rawValue)
        member("mode", mode.rawValue)
        if let deadline { member("deadline", deadline.description) }
        if let note { member("note", note) }
    }
}

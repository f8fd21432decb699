import GRDB
import RotationModel

/// Opens rotations and moves them on. A device has one open rotation at most.
struct RotationWriter {
    struct Open {
        var row: Int64
        var state: RotationState
        var oldCertificate: Int64
        var newCertificate: Int64?

        /// Whether its device has a replacement that it has not confirmed.
        var isUnconfirmed: Bool { state == .issued || state == .delivered }

        /// Whether another rotation may take its place, where who calls has decided so: the replacement is not confirmed, or it
        /// is and has to be replaced itself.
        var maySupersede: Bool { isUnconfirmed || state == .confirmed }
    }

    private let find: Query
    private let add: Query
    private let change: Query
    private let ending: RotationEnding
    private let deactivate: Query
    private let findFingerprint: Query
    private let run: String
    private let at: Timestamp

    init(_ database: Database, run: String, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        find = try Query(
            database, "SELECT id, state, old_certificate, new_certificate FROM rotations WHERE device = ? AND open = 1")
        add = try Query(
            database,
            """
            INSERT INTO rotations (device, old_certificate, state, open, reason_code, reason_text, policy_name, policy_file,
              policy_line, run, opened_at, changed_at, asked_at, asked_run, revocation)
            VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        change = try Query(
            database,
            """
            UPDATE rotations SET state = ?, reason_code = ?, reason_text = ?, policy_name = ?, policy_file = ?,
              policy_line = ?, changed_at = ?, revocation = coalesce(?, revocation),
              asked_run = CASE WHEN asked_at IS NULL THEN ? ELSE asked_run END, asked_at = coalesce(asked_at, ?)
            WHERE id = ?
            """)
        ending = try RotationEnding(database, run: run, at: at)
        findFingerprint = try Query(database, "SELECT fingerprint FROM certificates WHERE id = ?")
        deactivate = try Query(
            database,
            """
            UPDATE certificates SET status = 'INACTIVE', status_at = ?1 WHERE status = 'PENDING_ACTIVATION'
              AND fingerprint = (SELECT fingerprint FROM certificates WHERE id = ?2)
            """)
    }

    /// The decision that a rotation carries: the policy's, and the revocation order's where one is behind it.
    struct Cause {
        var reason: Reason
        var policyName: String
        var policyFile: String
        var policyLine: Int
        var revocation: Int64?
    }

    func open(ofDevice device: Int64) throws -> Open? {
        try find.first([.integer(device)]) {
            Open(
                row: $0.integer(0), state: try $0.value(1), oldCertificate: $0.integer(2),
                newCertificate: $0.optionalInteger(3))
        }
    }

    /// Continues the device's rotation of this certificate, or opens one. A rotation of another certificate that had
    /// nothing signed yet is given up: the certificate that it was for is no longer the one to replace. So is one whose
    /// replacement is not confirmed, with that replacement: who calls has decided that another takes its place.
    func proceed(
        with known: Open?, device: Int64, id: DeviceID, oldCertificate: Int64, to state: RotationState, _ cause: Cause,
        _ log: inout AuditLog
    ) throws -> Int64 {
        let asked = state == .awaitingCSR
        if let known {
            if known.oldCertificate == oldCertificate && !known.maySupersede {
                try change.run([
                    .text(state.rawValue), .text(cause.reason.code.rawValue), .text(cause.reason.text),
                    .text(cause.policyName),
                    .text(cause.policyFile), .count(cause.policyLine), .time(at), .optional(cause.revocation),
                    .optional(asked ? run : nil), .optional(asked ? at : nil), .integer(known.row),
                ])
                return known.row
            }
            if known.isUnconfirmed {
                try supersede(known, id, cause, &log)
            } else if known.state == .confirmed {
                try complete(known, id, cause, &log)
            } else {
                try ending.cancel(known.row, of: id, why: "its certificate is no longer the one to replace", &log)
            }
        }
        return try add.insert([
            .integer(device), .integer(oldCertificate), .text(state.rawValue), .text(cause.reason.code.rawValue),
            .text(cause.reason.text), .text(cause.policyName), .text(cause.policyFile), .count(cause.policyLine),
            .text(run),
            .time(at), .time(at), .optional(asked ? at : nil), .optional(asked ? run : nil),
            .optional(cause.revocation),
        ])
    }

    /// The certificate that it replaced stays as it is: what follows decides about that one too.
    private func complete(_ known: Open, _ id: DeviceID, _ cause: Cause, _ log: inout AuditLog) throws {
        _ = try ending.complete(known.row)
        try log.append(.completed, device: id, at: at) { json in
            json.member("rotation", Int(known.row))
            json.member(
                "why", "its new certificate is replaced in turn (\(cause.reason.code.rawValue): \(cause.reason.text))")
        }
    }

    private func supersede(_ known: Open, _ id: DeviceID, _ cause: Cause, _ log: inout AuditLog) throws {
        var replacement: Fingerprint?
        if let row = known.newCertificate {
            try deactivate.run([.time(at), .integer(row)])
            replacement = try findFingerprint.first([.integer(row)]) { try $0.fingerprint(0) }
        }
        try ending.cancel(
            known.row, of: id,
            why: "its replacement was not confirmed, and another takes its place (\(cause.reason.code.rawValue): "
                + "\(cause.reason.text))", replacement: replacement, &log)
    }
}

extension JSONWriter {
    /// Why something was done, and which policy said so.
    mutating func cause(_ reason: Reason, policyName: String, policyFile: String, policyLine: Int) {
        member("reason", reason.code.rawValue)
        member("text", reason.text)
        member("policy", policyName)
        member("file", policyFile)
        member("line", policyLine)
    }
}

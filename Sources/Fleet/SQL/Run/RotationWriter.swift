import Basics
import Lifecycle
import RotationModel

/// Opens rotations and moves them on. A device has one open rotation at most.
struct RotationWriter {
    struct Open {
        var row: RowID<RotationRow>
        var rotation: Rotation
    }

    private let find: Query
    private let add: Query
    private let change: Query
    private let effects: RotationEffects
    private let run: RunID
    private let at: Timestamp

    init(_ database: any Database, run: RunID, at: Timestamp) throws {
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
        effects = try RotationEffects(database, run: run, at: at)
    }

    func open(ofDevice device: Int64) throws -> Open? {
        try find.first([.integer(device)]) {
            Open(row: RowID($0.integer(0)), rotation: try $0.rotation(state: 1, original: 2, replacement: 3))
        }
    }

    /// Continues the device's rotation of this certificate, or opens one. A rotation of another certificate that had
    /// nothing signed yet is given up: the certificate that it was for is no longer the one to replace. So is one whose
    /// replacement is not confirmed, with that replacement: who calls has decided that another takes its place.
    /// - Parameters:
    ///   - event: That the device is asked, or that a serial number is set aside.
    ///   - revocation: The order behind it, where one is.
    func proceed(
        with known: Open?, device: Int64, id: DeviceID, oldCertificate: Int64, _ event: RotationEvent, _ cause: Cause,
        revocation: Int64?, _ log: inout AuditLog
    ) throws -> Int64 {
        let original = Rotation.Certificate(oldCertificate)
        let asked = event == .asked
        let policy = cause.policy ?? PolicyReference(name: "", file: "", line: 0)
        if let known, known.rotation.isContinued(byReplacing: original) {
            let (moved, _) = try known.rotation.apply(event)
            try change.run([
                .state(of: moved), .text(cause.reason.code.rawValue), .text(cause.reason.text),
                .text(policy.name), .text(policy.file), .count(policy.line), .time(at), .optional(revocation),
                .run(asked ? run : nil), .optional(asked ? at : nil), .row(known.row),
            ])
            return known.row.number
        }
        if let known { try supersede(known, device, id, cause, &log) }
        let (begun, _) = try Rotation(of: original, stage: .awaitingCSR).apply(event)
        return try add.insert([
            .integer(device), .integer(oldCertificate), .state(of: begun), .text(cause.reason.code.rawValue),
            .text(cause.reason.text), .text(policy.name), .text(policy.file), .count(policy.line),
            .run(run),
            .time(at), .time(at), .optional(asked ? at : nil), .run(asked ? run : nil),
            .optional(revocation),
        ])
    }

    /// The certificate that it replaced stays as it is: what follows decides about that one too.
    private func supersede(
        _ known: Open, _ device: Int64, _ id: DeviceID, _ cause: Cause, _ log: inout AuditLog
    ) throws {
        let (moved, steps) = try known.rotation.apply(.superseded)
        _ = try effects.carryOut(
            steps, moved, of: RotationEffects.Subject(rotation: known.row, deviceRow: device, device: id),
            why: known.rotation.isUnconfirmed ? cause.reason : nil, &log)
        guard moved.state == .completed else { return }
        try log.append(.completed, device: id, at: at) { json in
            json.member("rotation", Int(known.row.number))
            json.member(
                "why",
                "\(RotationEnd.replacedInTurn.sentence) (\(cause.reason.code.rawValue): \(cause.reason.text))")
        }
    }
}

extension JSONWriter {
    /// Why something was done, and which policy said so where one did.
    mutating func cause(_ cause: Cause) {
        member("reason", cause.reason.code.rawValue)
        member("text", cause.reason.text)
        guard let policy = cause.policy else { return }
        member("policy", policy.name)
        member("file", policy.file)
        member("line", policy.line)
    }
}

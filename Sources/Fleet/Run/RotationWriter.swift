import GRDB
import RotationModel

/// Opens rotations and moves them on. A device has one open rotation at most.
struct RotationWriter {
    struct Open {
        var row: Int64
        var state: RotationState
        var oldCertificate: Int64
    }

    private let find: Query
    private let add: Query
    private let change: Query
    private let cancel: Query
    private let abandonReservations: Query
    private let run: String
    private let at: Timestamp

    init(_ database: Database, run: String, at: Timestamp) throws {
        (self.run, self.at) = (run, at)
        find = try Query(database, "SELECT id, state, old_certificate FROM rotations WHERE device = ? AND open = 1")
        add = try Query(
            database,
            """
            INSERT INTO rotations (device, old_certificate, state, open, reason_code, reason_text, policy_name, policy_file,
              policy_line, run, opened_at, changed_at)
            VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        change = try Query(
            database,
            """
            UPDATE rotations SET state = ?, reason_code = ?, reason_text = ?, policy_name = ?, policy_file = ?,
              policy_line = ?, changed_at = ? WHERE id = ?
            """)
        cancel = try Query(database, "UPDATE rotations SET state = 'cancelled', open = 0, changed_at = ? WHERE id = ?")
        abandonReservations = try Query(
            database, "UPDATE reservations SET state = 'abandoned' WHERE rotation = ? AND state = 'reserved'")
    }

    /// The policy's decision that a rotation carries.
    struct Cause {
        var reason: Reason
        var policyName: String
        var policyFile: String
        var policyLine: Int
    }

    func open(ofDevice device: Int64) throws -> Open? {
        try find.first([.integer(device)]) {
            Open(row: $0.integer(0), state: try $0.value(1), oldCertificate: $0.integer(2))
        }
    }

    /// Continues the device's rotation of this certificate, or opens one. A rotation of another certificate that had
    /// nothing signed yet is given up: the certificate that it was for is no longer the one to replace.
    func proceed(
        with known: Open?, device: Int64, id: DeviceID, oldCertificate: Int64, to state: RotationState, _ cause: Cause,
        _ log: inout AuditLog
    ) throws -> Int64 {
        if let known {
            if known.oldCertificate == oldCertificate {
                try change.run([
                    .text(state.rawValue), .text(cause.reason.code.rawValue), .text(cause.reason.text),
                    .text(cause.policyName),
                    .text(cause.policyFile), .count(cause.policyLine), .time(at), .integer(known.row),
                ])
                return known.row
            }
            try abandonReservations.run([.integer(known.row)])
            try cancel.run([.time(at), .integer(known.row)])
            try log.append(.rotationCancelled, device: id, at: at) { json in
                json.member("rotation", Int(known.row))
                json.member("why", "its certificate is no longer the one to replace")
            }
        }
        return try add.insert([
            .integer(device), .integer(oldCertificate), .text(state.rawValue), .text(cause.reason.code.rawValue),
            .text(cause.reason.text), .text(cause.policyName), .text(cause.policyFile), .count(cause.policyLine),
            .text(run),
            .time(at), .time(at),
        ])
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

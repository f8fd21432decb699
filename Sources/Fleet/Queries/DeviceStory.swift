import GRDB
import RotationModel

/// A rotation of a device, under way or done.
public struct RotationStory: Sendable, Equatable {
    public let row: Int64
    public let state: RotationState
    public let oldCertificate: Fingerprint
    /// Nil until it was issued.
    public let newCertificate: Fingerprint?
    public let reason: Reason
    public let policyName: String
    public let policyFile: String
    public let policyLine: Int
    /// The run that opened it.
    public let run: String
    public let openedAt: Timestamp
    public let changedAt: Timestamp
}

/// All that the inventory knows of a device.
public struct DeviceStory: Sendable {
    public let listing: DeviceListing
    /// Of the last manifest; 0 where there was none.
    public let sequence: Int
    public let addedAt: Timestamp
    /// The oldest first.
    public let rotations: [RotationStory]
    /// What the device is to pick up.
    public let manifest: ManifestRecord?
    public let isManifestPublished: Bool
    public let request: WaitingRequest?
    public let requestReceivedAt: Timestamp?
    /// Why the last CSR was not taken.
    public let refused: String?
    /// The last ones about this device, the oldest first.
    public let audit: [AuditEntry]
}

extension Inventory {
    /// - Parameter auditLimit: How many of the last audit entries to include.
    /// - Returns: Nil where the inventory does not have the device; see ``nearNames(_:)``.
    public func show(_ id: DeviceID, auditLimit: Int = 100) throws(RotationError) -> DeviceStory? {
        try read { database in
            let device = try Query(
                database,
                """
                SELECT d.id, a.name, l.labels, coalesce((SELECT sequence FROM manifests WHERE device = d.id), 0), d.added_at, d.refused FROM devices d
                JOIN accounts a ON a.id = d.account JOIN label_sets l ON l.id = d.label_set WHERE d.name = ?
                """
            ).first([.text(id.text)]) { row in
                (
                    row: row.integer(0), account: AccountID(checked: row.text(1)),
                    labels: try Labels(canonicalJSON: row.text(2)), sequence: Int(row.integer(3)), addedAt: row.time(4),
                    refused: row.optionalText(5)
                )
            }
            guard let device else { return nil }
            let of: [SQLValue] = [.integer(device.row)]
            let scan = DeviceScan(database)
            let certificates = try Query(
                database,
                """
                SELECT \(DeviceScan.certificateColumns) FROM certificates c WHERE c.device = ?
                ORDER BY c.not_before, c.fingerprint
                """
            ).all(of) { try scan.certificate($0) }
            let request = try Query(
                database, "SELECT key_fingerprint, algorithm, received_at FROM requests WHERE device = ?"
            )
            .first(of) {
                (
                    WaitingRequest(keyFingerprint: try $0.keyFingerprint(0), algorithm: KeyAlgorithm($0.text(1))),
                    $0.time(2)
                )
            }
            let audit = try Query(
                database, "SELECT \(AuditEntry.columns) FROM audit WHERE device = ? ORDER BY id DESC LIMIT ?"
            ).all([.text(id.text), .count(auditLimit)]) { try AuditEntry($0) }
            return DeviceStory(
                listing: DeviceListing(
                    device: id, account: device.account, labels: device.labels, certificates: certificates),
                sequence: device.sequence, addedAt: device.addedAt, rotations: try rotations(database, of: of),
                manifest: try Query(database, "\(ManifestReader.select) WHERE m.device = ?").first(
                    of, ManifestReader.read),
                isManifestPublished: try Query(database, "SELECT 1 FROM manifests WHERE device = ? AND published = 1")
                    .exists(of),
                request: request?.0, requestReceivedAt: request?.1, refused: device.refused, audit: audit.reversed())
        }
    }

    private func rotations(_ database: Database, of device: [SQLValue]) throws -> [RotationStory] {
        try Query(
            database,
            """
            SELECT r.id, r.state, o.fingerprint, n.fingerprint, r.reason_code, r.reason_text, r.policy_name, r.policy_file,
              r.policy_line, r.run, r.opened_at, r.changed_at
            FROM rotations r JOIN certificates o ON o.id = r.old_certificate
            LEFT JOIN certificates n ON n.id = r.new_certificate WHERE r.device = ? ORDER BY r.id
            """
        ).all(device) { row in
            RotationStory(
                row: row.integer(0), state: try row.value(1), oldCertificate: try row.fingerprint(2),
                newCertificate: row.isNull(3) ? nil : try row.fingerprint(3),
                reason: Reason(try row.value(4), row.text(5)),
                policyName: row.text(6), policyFile: row.text(7), policyLine: Int(row.integer(8)), run: row.text(9),
                openedAt: row.time(10), changedAt: row.time(11))
        }
    }

    /// Device ids that a mistyped one may have meant, the nearest first; no more than three.
    public func nearNames(_ id: DeviceID) throws(RotationError) -> [String] {
        try read { database in
            let wanted = Array(id.text.lowercased().utf8)
            // Two letters that changed places are two changes.
            let farthest = wanted.count < 4 ? 1 : max(2, min(3, wanted.count / 4))
            var near: [(name: String, distance: Int)] = []
            try Query(uncached: database, "SELECT name FROM devices ORDER BY name").forEach { row in
                let length = row.withBytes(0) { $0.count }
                guard abs(length - wanted.count) <= farthest else { return }
                let name = row.text(0)
                let distance = EditDistance.between(wanted, Array(name.lowercased().utf8), notOver: farthest)
                guard let distance else { return }
                near.append((name, distance))
                // The order by name is kept among equals, so that the answer does not depend on the sort.
                if near.count > 64 { near = Array(near.sorted { $0.distance < $1.distance }.prefix(3)) }
            }
            return near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
        }
    }
}

/// How many bytes must be put in, taken out or changed to make one name of another (Levenshtein's distance).
enum EditDistance {
    /// Nil where it is over the limit.
    static func between(_ left: [UInt8], _ right: [UInt8], notOver limit: Int) -> Int? {
        var previous = Array(0...right.count)
        var current = previous
        for (row, byte) in left.enumerated() {
            current[0] = row + 1
            var least = current[0]
            for (column, other) in right.enumerated() {
                current[column + 1] = min(
                    previous[column] + (byte == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                least = min(least, current[column + 1])
            }
            if least > limit { return nil }
            swap(&previous, &current)
        }
        return previous[right.count] <= limit ? previous[right.count] : nil
    }
}

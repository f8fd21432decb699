import Basics
import RotationModel

/// Makes replaced certificates `INACTIVE`.
struct CertificateRetirement {
    private let at: Timestamp
    private let retire: Query
    private let otherClaims: Query

    init(_ database: any Database, at: Timestamp) throws {
        self.at = at
        retire = try Query(
            database,
            """
            UPDATE certificates SET status = 'INACTIVE', status_at = ?1 WHERE fingerprint = ?2 AND status = 'ACTIVE'
              AND NOT EXISTS (SELECT 1 FROM certificates claim WHERE claim.fingerprint = ?2 AND NOT EXISTS (
                SELECT 1 FROM certificates own WHERE own.device = claim.device AND own.status = 'ACTIVE'
                  AND own.confirmed_at IS NOT NULL AND own.fingerprint <> ?2))
            """)
        otherClaims = try Query(
            database,
            """
            SELECT d.name FROM certificates c JOIN devices d ON d.id = c.device
            WHERE c.fingerprint = ? AND c.device <> ? ORDER BY d.name
            """)
    }

    /// - Returns: Whether the certificate is `INACTIVE` by it: it stays where a device presents it that has no proved one of its own.
    func retire(
        _ fingerprint: Fingerprint, of deviceRow: Int64, _ device: DeviceID, _ log: inout AuditLog
    ) throws -> Bool {
        guard try retire.changes([.time(at), .digest(fingerprint.digest)]) > 0 else { return false }
        // Nobody decided about the other devices that present it, but it is gone for them too.
        let others = try otherClaims.all([.digest(fingerprint.digest), .integer(deviceRow)]) { $0.text(0) }
        for other in others {
            try log.append(.statusChanged, device: DeviceID(checked: other), at: at) { json in
                json.member("fingerprint", fingerprint.hex)
                json.member("from", CertificateStatus.active.rawValue)
                json.member("to", CertificateStatus.inactive.rawValue)
                json.member("cause", "the last device that needed it, \(device), has its own")
            }
        }
        return true
    }
}

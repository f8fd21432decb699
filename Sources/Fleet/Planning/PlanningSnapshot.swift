import GRDB
import RotationModel

/// The inventory as it stood at one moment, for planning. Valid within ``Inventory/planningSnapshot(_:)`` alone.
public final class PlanningSnapshot {
    let database: Database
    private let lexicon: Lexicon
    private let path: String

    /// Devices, with certificates and without.
    public let deviceCount: Int
    /// Claims of certificates by devices, of any status.
    public let certificateCount: Int

    init(_ database: Database, path: String) throws {
        self.path = path
        self.database = database
        lexicon = Lexicon(database)
        func count(_ table: String) throws -> Int {
            Int(try Query(database, "SELECT count(*) FROM \(table)").first { $0.integer(0) } ?? 0)
        }
        deviceCount = try count("devices")
        certificateCount = try count("certificates")
    }

    public func accountName(_ row: Int64) throws(RotationError) -> AccountID {
        try guarded { AccountID(checked: try lexicon.account(row)) }
    }

    public func issuerName(_ row: Int64) throws(RotationError) -> String {
        try guarded { try lexicon.issuer(row) }
    }

    public func labels(ofSet row: Int64) throws(RotationError) -> Labels {
        try guarded { try lexicon.labels(ofSet: row) }
    }

    // MARK: Devices

    private static let certificateColumns =
        "c.id, c.fingerprint, c.not_before, c.not_after, c.key_kind, c.key_fingerprint, c.signature_kind, c.issuer"

    /// Hands over each device that has an `ACTIVE` certificate, in the order of its id's bytes. Memory does not grow with
    /// the fleet.
    public func forEachDeviceWithActiveCertificate(_ body: (PlanningDevice) throws -> Void) throws {
        let query = try Query(
            uncached: database,
            """
            SELECT \(PlanningSnapshot.certificateColumns),
              d.id, d.name, d.account, d.label_set, CASE WHEN d.refused IS NOT m.refused THEN d.refused END,
              r.id, r.state, r.reason_code, r.reason_text, r.old_certificate,
              q.key_fingerprint, q.algorithm, m.refused
            FROM devices d
            JOIN certificates c ON c.device = d.id AND c.status = 'ACTIVE'
            LEFT JOIN rotations r ON r.device = d.id AND r.open = 1
            LEFT JOIN requests q ON q.device = d.id
            LEFT JOIN manifests m ON m.device = d.id
            ORDER BY d.name
            """)
        var group: PlanningGroup?
        try query.forEach { row in
            let certificate = try certificate(row)
            if group?.row == row.integer(8) {
                group?.active.append(certificate)
                return
            }
            if let finished = group { try body(finished.device) }
            group = try PlanningGroup(row, first: certificate)
        }
        if let finished = group { try body(finished.device) }
    }

    private func certificate(_ row: ResultRow) throws -> PlanningCertificate {
        let key = try lexicon.keyKind(row.integer(4))
        let signature = try lexicon.signatureKind(row.integer(6))
        return PlanningCertificate(
            row: row.integer(0), fingerprint: try row.fingerprint(1), notBefore: row.time(2), notAfter: row.time(3),
            key: key.algorithm, keyWeakness: key.weakness, keyFingerprint: try row.keyFingerprint(5),
            signature: signature.algorithm, isSignatureWeak: signature.isWeak, issuer: row.integer(7))
    }

    // MARK: Keys

    /// The keys that certificates of more than one device have, of any status.
    public func sharedKeys() throws(RotationError) -> Set<KeyFingerprint> {
        try guarded {
            let query = try Query(
                database,
                "SELECT key_fingerprint FROM certificates GROUP BY key_fingerprint HAVING min(device) <> max(device)")
            return Set(try query.all { try $0.keyFingerprint(0) })
        }
    }

    /// Another device that has this key: in a certificate of any status, or in a CSR that waits.
    public func holder(of key: KeyFingerprint, otherThan device: Int64) throws(RotationError) -> DeviceID? {
        try guarded { try KeyHolders(database).holder(of: key, otherThan: device) }
    }

    // MARK: Taking in

    /// What is known of a device that hands in a CSR; nil where the inventory does not have it.
    public func intakeContext(_ id: DeviceID) throws(RotationError) -> IntakeContext? {
        try guarded {
            let device = try Query(database, "SELECT id, account, label_set FROM devices WHERE name = ?")
                .first([.text(id.text)]) { ($0.integer(0), $0.integer(1), $0.integer(2)) }
            guard let (row, account, labelSet) = device else { return nil }
            var own: [IntakeContext.OwnKey] = []
            var active: [PlanningCertificate] = []
            let certificates = try Query(
                database,
                "SELECT \(PlanningSnapshot.certificateColumns), c.status FROM certificates c WHERE c.device = ? ORDER BY c.id"
            )
            try certificates.forEach([.integer(row)]) { result in
                let status: CertificateStatus = try result.value(8)
                own.append(IntakeContext.OwnKey(key: try result.keyFingerprint(5), status: status))
                if status == .active { active.append(try certificate(result)) }
            }
            let current = active.min(by: PlanningCertificate.isBefore)
            let rotation = try Query(
                database,
                """
                SELECT r.id, r.state, r.reason_code, r.reason_text, r.old_certificate, c.key_fingerprint FROM rotations r
                LEFT JOIN certificates c ON c.id = r.new_certificate AND c.status = 'PENDING_ACTIVATION'
                WHERE r.device = ? AND r.open = 1
                """
            ).first([.integer(row)]) { (try OpenRotation($0, from: 0), $0.isNull(5) ? nil : try $0.keyFingerprint(5)) }
            let waiting = try Query(database, "SELECT key_fingerprint FROM requests WHERE device = ?")
                .first([.integer(row)]) { try $0.keyFingerprint(0) }
            return IntakeContext(
                deviceRow: row, device: id, account: AccountID(checked: try lexicon.account(account)),
                labels: try lexicon.labels(ofSet: labelSet), current: current,
                currentIssuer: try current.map { try lexicon.issuer($0.issuer) }, ownKeys: own, rotation: rotation?.0,
                pendingReplacementKey: rotation?.1, waiting: waiting)
        }
    }

    /// Devices whose id is longer than so many bytes, in the order of their bytes: their names do not fit everywhere.
    public func longDeviceIDs(bytesOver limit: Int) throws(RotationError) -> [DeviceID] {
        try guarded {
            try Query(database, "SELECT name FROM devices WHERE length(CAST(name AS BLOB)) > ? ORDER BY name")
                .all([.count(limit)]) { DeviceID(checked: $0.text(0)) }
        }
    }

    // MARK: Errors

    private func guarded<T>(_ body: () throws -> T) throws(RotationError) -> T {
        do { return try body() } catch { throw StorageFailure.error(error, path: path) }
    }
}

/// The rows of one device, as they come in.
private struct PlanningGroup {
    let row: Int64
    var active: [PlanningCertificate]
    private let id: DeviceID
    private let account: Int64
    private let labelSet: Int64
    private let refused: String?
    private let rotation: OpenRotation?
    private let request: WaitingRequest?
    private let toldRefusal: String?

    init(_ result: ResultRow, first: PlanningCertificate) throws {
        row = result.integer(8)
        id = DeviceID(checked: result.text(9))
        account = result.integer(10)
        labelSet = result.integer(11)
        refused = result.optionalText(12)
        rotation = result.isNull(13) ? nil : try OpenRotation(result, from: 13)
        request =
            result.isNull(18)
            ? nil
            : WaitingRequest(keyFingerprint: try result.keyFingerprint(18), algorithm: KeyAlgorithm(result.text(19)))
        toldRefusal = result.optionalText(20)
        active = [first]
    }

    var device: PlanningDevice {
        PlanningDevice(
            row: row, id: id, account: account, labelSet: labelSet,
            active: active.count == 1 ? active : active.sorted(by: PlanningCertificate.isBefore), rotation: rotation,
            request: request, refused: refused, toldRefusal: toldRefusal)
    }
}

extension OpenRotation {
    /// From five columns: id, state, reason_code, reason_text, old_certificate.
    init(_ result: ResultRow, from column: CInt) throws {
        row = result.integer(column)
        state = try result.value(column + 1)
        reason = Reason(try result.value(column + 2), result.text(column + 3))
        oldCertificate = result.integer(column + 4)
    }
}

extension Inventory {
    /// Lets the body read the inventory as it stands now, however long it takes and whatever is written meanwhile.
    ///
    /// - Throws: What the body throws, and ``RotationError`` where the inventory fails.
    public func planningSnapshot<R>(_ body: (PlanningSnapshot) throws -> R) throws -> R {
        try snapshot { try body(PlanningSnapshot($0, path: path)) }
    }
}

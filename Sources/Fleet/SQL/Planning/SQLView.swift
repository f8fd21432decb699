import RotationModel

/// The inventory as it stood at one moment, for planning. Valid within ``SQLFleet/planningSnapshot(_:)`` alone.
package final class SQLView: FleetView {
    let database: any Database
    let lexicon: Lexicon
    private let failure: (any Error) -> RotationError
    private var holders: KeyHolders?
    private var closed: ClosedKeys?
    private var intake: IntakeQueries?

    /// - Parameter failure: What an error of the engine means for an operator.
    init(_ database: any Database, failure: @escaping (any Error) -> RotationError) {
        self.failure = failure
        self.database = database
        lexicon = Lexicon(database)
    }

    package var deviceCount: Int { get throws(RotationError) { try count("devices") } }

    package var certificateCount: Int { get throws(RotationError) { try count("certificates") } }

    package var activeCertificateCount: Int {
        get throws(RotationError) {
            try guarded {
                Int(
                    try Query(database, "SELECT coalesce(sum(certificates), 0) FROM active_ends").first {
                        $0.integer(0)
                    } ?? 0)
            }
        }
    }

    private func count(_ rows: String) throws(RotationError) -> Int {
        try guarded { Int(try Query(database, "SELECT count(*) FROM \(rows)").first { $0.integer(0) } ?? 0) }
    }

    package func accountName(_ row: Int64) throws(RotationError) -> AccountID {
        try guarded { AccountID(checked: try lexicon.account(row)) }
    }

    package func issuerName(_ row: Int64) throws(RotationError) -> String {
        try guarded { try lexicon.issuer(row) }
    }

    package func labels(ofSet row: Int64) throws(RotationError) -> Labels {
        try guarded { try lexicon.labels(ofSet: row) }
    }

    /// Looked up for each CSR of an inbox: prepared once.
    func keyHolders() throws -> KeyHolders {
        if let holders { return holders }
        let holders = try KeyHolders(database)
        self.holders = holders
        return holders
    }

    /// The same.
    func closedKeys() throws -> ClosedKeys {
        if let closed { return closed }
        let closed = try ClosedKeys(database)
        self.closed = closed
        return closed
    }

    /// The same.
    func intakeQueries() throws -> IntakeQueries {
        if let intake { return intake }
        let intake = try IntakeQueries(database)
        self.intake = intake
        return intake
    }

    // MARK: Devices

    static let certificateColumns = """
        c.id, c.fingerprint, c.not_before, c.not_after, c.key_kind, c.key_identity, c.signature_kind, c.issuer, c.status,
          c.confirmed_at, c.replaced_at, c.signed_by = 'self', c.malformed
        """

    /// The rows of a ``PlanningGroup``: one a certificate.
    static func planningSelection(where condition: String) -> String {
        // An `install` says why a confirmation was refused, which is another matter.
        let told = "CASE m.action WHEN 'rekey' THEN m.refused END"
        return """
            SELECT \(certificateColumns),
              d.id, d.name, d.account, d.label_set, CASE WHEN d.refused IS DISTINCT FROM \(told) THEN d.refused END,
              \(WaitingRequest.columns), \(told), \(OpenRotation.columns), d.seen_at
            FROM devices d
            JOIN certificates c ON c.device = d.id AND c.status IN ('ACTIVE', 'PENDING_ACTIVATION')
            LEFT JOIN rotations r ON r.device = d.id AND r.open = 1
            LEFT JOIN requests q ON q.device = d.id
            LEFT JOIN manifests m ON m.device = d.id
            WHERE \(condition)
            """
    }

    package func forEachDeviceWithActiveCertificate(_ body: (PlanningDevice) throws -> Void) throws {
        let query = try Query(
            streaming: database, "\(SQLView.planningSelection(where: "true")) ORDER BY d.name")
        var group: PlanningGroup?
        try query.forEach { row in
            let certificate = try certificate(row)
            if group?.row == row.integer(PlanningGroup.firstColumn) {
                group?.add(certificate)
                return
            }
            if let finished = group?.device { try body(finished) }
            group = try PlanningGroup(row, first: certificate)
        }
        if let finished = group?.device { try body(finished) }
    }

    func certificate(_ row: ResultRow) throws -> PlanningCertificate {
        let key = try lexicon.keyKind(row.integer(4))
        let signature = try lexicon.signatureKind(row.integer(6))
        return PlanningCertificate(
            row: row.integer(0), fingerprint: try row.fingerprint(1), notBefore: row.time(2), notAfter: row.time(3),
            key: key.algorithm, keyWeakness: key.weakness, keyIdentity: try row.keyIdentity(5),
            signature: signature.algorithm, isSignatureWeak: signature.isWeak, issuer: row.integer(7),
            status: try row.value(8), confirmedAt: row.optionalTime(9), isReplaced: !row.isNull(10),
            isSelfSigned: row.integer(11) == 1, malformed: row.optionalText(12))
    }

    // MARK: Keys

    package func sharedKeys() throws(RotationError) -> Set<KeyIdentity> {
        try guarded {
            Set(try Query(database, "SELECT key_identity FROM shared_keys").all { try $0.keyIdentity(0) })
        }
    }

    package func isCertified(_ key: KeyIdentity, otherThan device: Int64) throws(RotationError) -> Bool {
        try guarded { try keyHolders().certificateHolder(of: key, otherThan: device) != nil }
    }

    package func requests(
        withKey key: KeyIdentity, otherThan device: Int64
    ) throws(RotationError) -> [HeldRequest] {
        try guarded { try keyHolders().requests(withKey: key, otherThan: device) }
    }

    package func devicesWithConflicts() throws(RotationError) -> Set<Int64> {
        try guarded {
            Set(try Query(database, "SELECT DISTINCT device FROM conflicting_requests").all { $0.integer(0) })
        }
    }

    // MARK: Errors

    func guarded<T>(_ body: () throws -> T) throws(RotationError) -> T {
        do { return try body() } catch { throw failure(error) }
    }
}

extension SQLFleet {
    package func planningSnapshot<R>(_ body: (any FleetView) throws -> R) throws -> R {
        try snapshot { try body(SQLView($0, failure: engine.failure)) }
    }
}

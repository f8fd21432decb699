import RotationModel

extension SQLView {
    package func intakeContext(_ id: DeviceID) throws(RotationError) -> IntakeContext? {
        try guarded {
            let queries = try intakeQueries()
            let device = try queries.device.first([.text(id.text)]) { found in
                (found.integer(0), found.integer(1), found.integer(2), found.optionalTime(3), found.integer(4) != 0)
            }
            guard let (row, account, labelSet, lastSigned, hasConflict) = device else { return nil }
            var own: [IntakeContext.OwnKey] = []
            var active: [PlanningCertificate] = []
            try queries.certificates.forEach([.integer(row)]) { result in
                let found = try certificate(result)
                own.append(IntakeContext.OwnKey(key: found.keyIdentity, status: found.status))
                if found.status == .active { active.append(found) }
            }
            let current = active.min(by: PlanningCertificate.isBefore)
            let rotation = try queries.rotation.first([.integer(row)]) {
                (try OpenRotation($0, from: 1), $0.isNull(0) ? nil : try $0.keyIdentity(0))
            }
            let waiting = try queries.waiting.first([.integer(row)]) { try WaitingRequest($0, from: 0) }
            return IntakeContext(
                deviceRow: row, device: id, account: AccountID(checked: try lexicon.account(account)),
                labels: try lexicon.labels(ofSet: labelSet), current: current,
                currentIssuer: try current.map { try lexicon.issuer($0.issuer) }, ownKeys: own, rotation: rotation?.0,
                pendingReplacementKey: rotation?.1, waiting: waiting, lastSigned: lastSigned, hasConflict: hasConflict)
        }
    }

    package func longDeviceIDs(bytesOver limit: Int) throws(RotationError) -> [DeviceID] {
        try guarded {
            try Query(
                database, "SELECT name FROM devices WHERE \(database.dialect.byteCount("name")) > ? ORDER BY name"
            )
            .all([.count(limit)]) { DeviceID(checked: $0.text(0)) }
        }
    }
}

/// What is asked about the sender of each CSR: prepared once a view.
struct IntakeQueries {
    fileprivate let device: Query
    fileprivate let certificates: Query
    fileprivate let rotation: Query
    fileprivate let waiting: Query

    init(_ database: any Database) throws {
        device = try Query(
            database,
            """
            SELECT id, account, label_set, request_time,
              EXISTS (SELECT 1 FROM conflicting_requests x WHERE x.device = devices.id)
            FROM devices WHERE name = ?
            """)
        certificates = try Query(
            database, "SELECT \(SQLView.certificateColumns) FROM certificates c WHERE c.device = ? ORDER BY c.id")
        rotation = try Query(
            database,
            """
            SELECT c.key_identity, \(OpenRotation.columns) FROM rotations r
            LEFT JOIN certificates c ON c.id = r.new_certificate AND c.status = 'PENDING_ACTIVATION'
            WHERE r.device = ? AND r.open = 1
            """)
        waiting = try Query(database, "SELECT \(WaitingRequest.columns) FROM requests q WHERE q.device = ?")
    }
}

import RotationModel

extension SQLView {
    package func forEachCertificateClass(_ body: (CertificateClass) throws -> Void) throws {
        let query = try Query(
            uncached: database,
            "SELECT id, account, label_set, issuer, key_kind, signature_kind, lifetime FROM certificate_classes")
        try query.forEach { row in
            let key = try lexicon.keyKind(row.integer(4))
            let signature = try lexicon.signatureKind(row.integer(5))
            try body(
                CertificateClass(
                    row: row.integer(0), account: row.integer(1), labelSet: row.integer(2), issuer: row.integer(3),
                    key: key.algorithm, keyWeakness: key.weakness, signature: signature.algorithm,
                    isSignatureWeak: signature.isWeak, longestLifetime: TimeSpan(seconds: row.integer(6))))
        }
    }

    package func forEachDevice(
        ofClass class: Int64, ending range: ClosedRange<Timestamp>, _ body: (Int64) -> Void
    ) throws {
        try forEachRow(
            """
            SELECT device FROM certificates
            WHERE class = ? AND status = 'ACTIVE' AND not_after BETWEEN ? AND ?
            """, [.integer(`class`), .time(range.lowerBound), .time(range.upperBound)], body)
    }

    package func forEachDeviceID(
        ofClass class: Int64, _ body: (Int64, DeviceID, Timestamp) throws -> Void
    ) throws {
        let query = try Query(
            streaming: database,
            """
            SELECT d.id, d.name, c.not_after FROM certificates c JOIN devices d ON d.id = c.device
            WHERE c.class = ? AND c.status = 'ACTIVE'
            """)
        try query.forEach([.integer(`class`)]) {
            try body($0.integer(0), DeviceID(checked: $0.text(1)), $0.time(2))
        }
    }

    package func forEachUnusualDevice(_ body: (Int64) -> Void) throws {
        try forEachRow("SELECT device FROM rotations WHERE open = 1", [], body)
        try forEachRow("SELECT device FROM devices_with_leftovers", [], body)
        try forEachRow("SELECT device FROM certificates WHERE class IS NULL AND status = 'ACTIVE'", [], body)
    }

    package func forEachDeviceWithMalformedCertificate(_ body: (Int64) -> Void) throws {
        try forEachRow("SELECT device FROM certificates WHERE malformed IS NOT NULL", [], body)
    }

    // CROSS JOIN has SQLite take the tables in this order: it knows nothing of how few keys are shared.
    package func forEachDeviceWithSharedKey(_ body: (Int64) -> Void) throws {
        try forEachRow(
            "SELECT c.device FROM shared_keys s CROSS JOIN certificates c WHERE c.key_identity = s.key_identity", [],
            body)
    }

    package func forEachDevice(withKey key: KeyIdentity, _ body: (Int64) -> Void) throws {
        try forEachRow("SELECT device FROM certificates WHERE key_identity = ?", [.digest(key.digest)], body)
    }

    private func forEachRow(_ sql: String, _ values: [SQLValue], _ body: (Int64) -> Void) throws {
        try Query(database, sql).forEach(values) { body($0.integer(0)) }
    }

    package func forEachDevice(of rows: [Int64], _ body: (PlanningDevice) throws -> Void) throws {
        let query = try Query(
            uncached: database, SQLView.planningSelection(where: "d.id = ?"))
        for row in rows {
            var group: PlanningGroup?
            try query.forEach([.integer(row)]) { row in
                let certificate = try certificate(row)
                if group == nil {
                    group = try PlanningGroup(row, first: certificate)
                } else {
                    group?.add(certificate)
                }
            }
            if let device = group?.device { try body(device) }
        }
    }
}

import RotationModel

extension SQLFleet {
    package func list(_ filter: ListFilter = ListFilter(), each: (DeviceListing) throws -> Void) throws {
        try snapshot { database in
            try DeviceScan(database).forEach(matching: filter) { try each($0.listing) }
        }
    }
}

/// Walks the fleet device by device, in the order of their ids' bytes.
struct DeviceScan {
    struct Item {
        var listing: DeviceListing
        /// In the order of the listing's certificates; empty unless asked for.
        var bodies: [[UInt8]]
    }

    private let database: any Database
    private let lexicon: Lexicon
    private let withBodies: Bool

    init(_ database: any Database, withBodies: Bool = false) {
        self.database = database
        self.withBodies = withBodies
        lexicon = Lexicon(database)
    }

    static let certificateColumns = """
        c.id, c.fingerprint, c.status, c.serial, c.issuer, c.subject, c.not_before, c.not_after, c.key_kind, c.key_fingerprint,
        c.signature_kind, c.authority, c.added_at, c.status_at, c.signed_by, c.malformed
        """

    func forEach(matching filter: ListFilter, _ body: (Item) throws -> Void) throws {
        let sets = try labelSets(matching: filter.labels)
        let devices = try Query(streaming: database, "SELECT id, name, account, label_set FROM devices ORDER BY name")
        let certificates = try Query(
            uncached: database,
            """
            SELECT \(DeviceScan.certificateColumns) \(withBodies ? ", b.der" : "") FROM certificates c
            \(withBodies ? "JOIN certificate_bodies b ON b.certificate = c.id" : "")
            WHERE c.device = ? \(filter.status == nil ? "" : "AND c.status = ?")
            \(filter.notAfterBefore == nil ? "" : "AND c.not_after < ?") ORDER BY c.not_before, c.fingerprint
            """)
        let values: [SQLValue] =
            (filter.status.map { [.text($0.rawValue)] } ?? []) + (filter.notAfterBefore.map { [.time($0)] } ?? [])
        try devices.forEach { row in
            if let sets, !sets.contains(row.integer(3)) { return }
            var bodies: [[UInt8]] = []
            let found = try certificates.all([.integer(row.integer(0))] + values) { row in
                if withBodies { bodies.append(row.bytes(16)) }
                return try certificate(row)
            }
            if found.isEmpty && filter.restrictsCertificates { return }
            try body(
                Item(
                    listing: DeviceListing(
                        device: DeviceID(checked: row.text(1)),
                        account: AccountID(checked: try lexicon.account(row.integer(2))),
                        labels: try lexicon.labels(ofSet: row.integer(3)), certificates: found),
                    bodies: bodies))
        }
    }

    /// Labels repeat: each distinct set is held against the filter once. Nil where every set matches.
    private func labelSets(matching wanted: [(name: String, text: String)]) throws -> Set<Int64>? {
        if wanted.isEmpty { return nil }
        var sets: Set<Int64> = []
        try Query(database, "SELECT id, labels FROM label_sets").forEach { row in
            let labels = try Labels(canonicalJSON: row.text(1))
            if wanted.allSatisfy({ labels[$0.name] == $0.text }) { sets.insert(row.integer(0)) }
        }
        return sets
    }

    /// From ``certificateColumns``.
    func certificate(_ row: ResultRow) throws -> ListedCertificate {
        let key = try lexicon.keyKind(row.integer(8))
        let signature = try lexicon.signatureKind(row.integer(10))
        let authority = row.optionalText(11)
        let signedBy: SignedBy? = row.isNull(14) ? authority.map { _ in .authority } : try row.value(14)
        return ListedCertificate(
            fingerprint: try row.fingerprint(1), status: try row.value(2),
            serialNumber: SerialNumber(bytes: row.bytes(3)),
            issuer: try lexicon.issuer(row.integer(4)), subject: row.text(5), notBefore: row.time(6),
            notAfter: row.time(7),
            key: key.algorithm, keyWeakness: key.weakness, keyFingerprint: try row.keyFingerprint(9),
            signature: signature.algorithm, isSignatureWeak: signature.isWeak, authority: authority,
            addedAt: row.time(12), statusAt: row.time(13), signedBy: signedBy, malformed: row.optionalText(15))
    }
}

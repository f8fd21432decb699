import RotationModel
import Testing

@testable import Fleet

@Suite("An inventory of the first version")
struct MigrationTests {
    /// One device for each rotation, named by where it stands, and what a first version left in the other tables.
    private static let rows = """
        INSERT INTO runs VALUES ('old-run', 100, 100, 'timer', 'h', 1, 200, 'completed', '{}');
        INSERT INTO runs VALUES ('later-run', 300, 300, 'timer', 'h', 1, 400, 'completed', '{}');
        INSERT INTO accounts VALUES (1, '111122223333');
        INSERT INTO label_sets VALUES (1, '{"stage":"field"}');
        INSERT INTO issuers VALUES (1, 'CN=Test CA');
        INSERT INTO key_kinds VALUES (1, 'ecdsa-p256', '');
        INSERT INTO signature_kinds VALUES (1, 'ECDSA-WITH-SHA256', 0);
        INSERT INTO devices VALUES (1, 'asked', 1, 1, NULL, 50, 50);
        INSERT INTO devices VALUES (2, 'delivered', 1, 1, 'malformed: rubbish', 50, 50);
        INSERT INTO devices VALUES (3, 'given-up', 1, 1, NULL, 50, 50);
        INSERT INTO devices VALUES (4, 'revoked', 1, 1, NULL, 50, 50);
        INSERT INTO certificates VALUES (1, 1, randomblob(32), 'ACTIVE', x'01', 1, 'CN=1', 10, 9000000, 1, randomblob(32), 1,
          NULL, NULL, NULL, 50, 50);
        INSERT INTO certificates VALUES (2, 2, randomblob(32), 'ACTIVE', x'02', 1, 'CN=2', 10, 9000000, 1, randomblob(32), 1,
          NULL, NULL, NULL, 50, 50);
        INSERT INTO certificates VALUES (3, 3, randomblob(32), 'ACTIVE', x'03', 1, 'CN=3', 10, 9000000, 1, randomblob(32), 1,
          NULL, NULL, NULL, 50, 50);
        INSERT INTO certificates VALUES (4, 4, randomblob(32), 'REVOKED', x'04', 1, 'CN=4', 10, 9000000, 1, randomblob(32), 1,
          NULL, NULL, NULL, 50, 77);
        INSERT INTO certificates VALUES (5, 4, randomblob(32), 'REVOKED', x'05', 1, 'CN=5', 10, 9000000, 1, randomblob(32), 1,
          NULL, NULL, NULL, 50, 66);
        INSERT INTO rotations VALUES (1, 1, 1, NULL, 'awaiting-csr', 1, 'expiring', 'soon', 'p', 'p.yaml', 3, 'old-run', 110, 110);
        INSERT INTO rotations VALUES (2, 2, 2, NULL, 'ready', 1, 'expiring', 'soon', 'p', 'p.yaml', 3, 'old-run', 110, 110);
        INSERT INTO rotations VALUES (3, 3, 3, NULL, 'cancelled', 0, 'expiring', 'soon', 'p', 'p.yaml', 3, 'old-run', 110, 120);
        INSERT INTO certificates VALUES (6, 2, randomblob(32), 'PENDING_ACTIVATION', x'06', 1, 'CN=2', 10, 9900000, 1,
          randomblob(32), 1, 2, 2, 'ca-1', 310, 310);
        UPDATE rotations SET state = 'delivered', new_certificate = 6, changed_at = 320 WHERE id = 2;
        INSERT INTO certificate_bodies SELECT id, x'30' FROM certificates;
        INSERT INTO reservations VALUES (1, x'05', 2, 'abandoned', 'b', 'old-run', 'client', 'ca-1', 110);
        INSERT INTO reservations VALUES (2, x'06', 2, 'recorded', 'b', 'later-run', 'client', 'ca-1', 305);
        INSERT INTO requests VALUES (1, x'30', randomblob(32), 'ecdsa-p256', 'later-run', 310);
        INSERT INTO manifests VALUES (1, 1, 1, 'rekey', 1, 'expiring', 'soon', 'old-run', 110, 500, '["ecdsa-p256"]', 'CN=1',
          NULL, 1);
        INSERT INTO manifests VALUES (2, 2, 4, 'install', 2, 'expiring', 'soon', 'later-run', 310, 500, '[]', NULL, NULL, 1)
        """

    private static let tables = [
        "accounts", "label_sets", "issuers", "key_kinds", "signature_kinds", "devices", "certificates",
        "certificate_bodies", "rotations", "requests", "reservations", "manifests", "runs", "audit",
    ]

    /// What the first version left behind, made by its statements and nothing else.
    private func firstVersion(at path: String) throws { try version(1, at: path) }

    /// The same, brought to the second version by its statements.
    private func version(_ version: Int, at path: String) throws {
        var script: [String] = []
        for part in [Version1.vocabulary, Version1.fleet, Version1.rotations, Version1.records, Self.rows] {
            script += part.split(separator: ";\n").map(String.init)
        }
        script += [
            "PRAGMA application_id = \(InventorySchema.applicationID)",
            "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)",
            "INSERT INTO grdb_migrations (identifier) VALUES ('1-inventory')",
        ]
        if version == 2 {
            for part in [Version2.revocations, Version2.certificates, Version2.rotations] {
                let bare = part.split(separator: "\n").map { line in
                    line.replacing(/\s*--.*/, with: "")
                }
                script += bare.joined(separator: "\n").split(separator: ";\n").map(String.init)
            }
            script.append("INSERT INTO grdb_migrations (identifier) VALUES ('2-lifecycle')")
        }
        _ = try SQLiteConnection.writer(path: path) { connection in
            let database = SQLiteDatabase(connection)
            for statement in script { try Query(database, statement).run() }
        }
    }

    private func inventory(in folder: TemporaryFolder) throws -> any FleetStore {
        try firstVersion(at: folder.file("fleet.sqlite"))
        return try SQLFleet(
            sqlite: folder.file("fleet.sqlite"), access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
    }

    @Test("It is brought up when it is opened for writing, and a reader says that it has to be")
    func readOnly() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        try firstVersion(at: path)
        let error = failure { try SQLFleet(sqlite: path, access: .readOnly, sha256: fakeSHA256, keys: fakeKeys) }
        #expect(error?.message.contains("older version") == true)
        _ = try SQLFleet(sqlite: path, access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
        _ = try SQLFleet(sqlite: path, access: .readOnly, sha256: fakeSHA256, keys: fakeKeys)
    }

    @Test("Nothing is lost: every row of every table is there, column for column")
    func nothingLost() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        try firstVersion(at: path)
        func contents(_ columns: [String: Int]) throws -> (rows: [String: [String]], columns: [String: Int]) {
            var (rows, widths): ([String: [String]], [String: Int]) = ([:], [:])
            let queue = try SQLiteConnection.writer(path: path) { connection in
                let database = SQLiteDatabase(connection)
                for table in Self.tables {
                    let names = try Query(database, "SELECT name FROM pragma_table_info('\(table)') ORDER BY cid")
                        .all { $0.text(0) }
                    let width = columns[table] ?? names.count
                    let quoted = names.prefix(width).map { "quote(\($0))" }.joined(separator: " || ',' || ")
                    rows[table] = try Query(database, "SELECT \(quoted) FROM \(table) ORDER BY 1").all { $0.text(0) }
                    widths[table] = width
                }
            }
            withExtendedLifetime(queue) {}
            return (rows, widths)
        }
        let before = try contents([:])
        _ = try SQLFleet(sqlite: path, access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
        let after = try contents(before.columns)
        #expect(after.rows == before.rows)
        #expect(before.rows["certificates"]?.count == 6 && before.rows["rotations"]?.count == 3)
    }

    @Test("What the records tell of rotations under way is filled in, and what they do not is left open")
    func steps() throws {
        let folder = try TemporaryFolder()
        let inventory = try inventory(in: folder)
        func story(_ device: String) throws -> RotationStory {
            try #require(try inventory.show(DeviceID(checked: device))?.rotations.first)
        }
        func step(_ seconds: Int64, _ run: RunID?) -> RotationStep {
            RotationStep(at: Timestamp(seconds: seconds), run: run)
        }
        #expect(try story("asked").asked == step(110, "old-run"))
        #expect(try story("asked").issued == nil)
        let delivered = try story("delivered")
        #expect(delivered.issued == step(310, "later-run") && delivered.delivered == step(320, nil))
        #expect(delivered.asked == nil && delivered.confirmed == nil && delivered.ended == nil)
        #expect(try story("given-up").ended == step(120, nil))
        let context = try inventory.planningSnapshot { try $0.confirmationContext(DeviceID(checked: "delivered")) }
        #expect(context?.rotation?.sequences == 4...4)
    }

    @Test("Each certificate that was REVOKED has its revocation, the earliest first")
    func revocations() throws {
        let folder = try TemporaryFolder()
        let inventory = try inventory(in: folder)
        var found: [RevokedCertificate] = []
        try inventory.forEachRevoked(issuers: ["CN=Test CA"]) { found.append($0) }
        #expect(found.isEmpty, "whose they are is not known yet")
        try inventory.carryOutAllImported()
        try inventory.forEachRevoked(issuers: ["CN=Test CA"]) { found.append($0) }
        #expect(found.map(\.serialNumber.bytes) == [[5], [4]])
        #expect(found.map(\.revokedAt.seconds) == [66, 77])
        #expect(found.map(\.reason) == [.unspecified, .unspecified])
        #expect(try inventory.lastRevocation(issuers: ["CN=Test CA"]) == found.last?.id)
    }

    @Test("Its rotations go on: the one that was delivered is confirmed, the one that was asked is asked again")
    func goesOn() throws {
        let folder = try TemporaryFolder()
        let inventory = try inventory(in: folder)
        try inventory.beginRun(
            RunRecord(id: "r", startedAt: Workspace.now, now: Workspace.now, actor: "timer", host: "h", pid: 1))
        let renewed = try inventory.refreshManifests(
            expiringBefore: Workspace.now, newExpiry: Workspace.now + .days(1), limit: 9, run: "r", at: Workspace.now)
        #expect(renewed.map(\.action) == [.rekey, .install] && renewed.map(\.sequence) == [2, 5])
        let context = try #require(
            try inventory.planningSnapshot { try $0.confirmationContext(DeviceID(checked: "delivered")) })
        #expect(
            try inventory.confirm([ConfirmationOrder(context)], refused: [], run: "r", at: Workspace.now) == [])
        #expect(try inventory.rotationsByState() == ["awaiting-csr": 1, "confirmed": 1, "cancelled": 1])
        #expect(try inventory.verifyAuditChain() == nil)
    }

    @Test("One of the second version gets the tables of rollouts, and keeps what it has")
    func secondVersion() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        try version(2, at: path)
        let inventory = try SQLFleet(sqlite: path, access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
        #expect(try inventory.rotationsByState() == ["awaiting-csr": 1, "delivered": 1, "cancelled": 1])
        let tally = RolloutTally(handedOut: 9, failed: 1, stuck: 0)
        try inventory.beginRun(
            RunRecord(id: "next", startedAt: Workspace.now, now: Workspace.now, actor: "timer", host: "h", pid: 1))
        try inventory.recordHalt(ofPolicy: "p", tally, run: "next", at: Workspace.now)
        #expect(try inventory.planningSnapshot { try $0.standingHalts() }.map(\.tally) == [tally])
        let counted = try inventory.planningSnapshot {
            try $0.rolloutTally(
                ofPolicy: "p", since: Timestamp(seconds: 0), resumedAt: nil, patience: Patience(.days(1)),
                now: Workspace.now)
        }
        #expect(counted == RolloutTally(handedOut: 1, failed: 0, stuck: 1), "what was delivered before is seen")
    }

    @Test("What each key is stands beside its fingerprint, and what cannot be read is known by its fingerprint alone")
    func keyIdentities() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        try firstVersion(at: path)
        let spellings = [1: FakeCertificate(name: "a", key: "k"), 3: FakeCertificate(name: "b", key: "k~compressed")]
        _ = try SQLiteConnection.writer(path: path) { connection in
            let database = SQLiteDatabase(connection)
            for (row, certificate) in spellings {
                try Query(database, "UPDATE certificate_bodies SET der = ? WHERE certificate = ?")
                    .run([.blob(certificate.der), .integer(Int64(row))])
            }
            try Query(database, "UPDATE requests SET spki = ?").run([.blob(Array("k~hybrid".utf8))])
        }
        let inventory = try SQLFleet(sqlite: path, access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
        let (keys, request) = try inventory.snapshot { database in
            (
                try Query(database, "SELECT key_identity, key_fingerprint FROM certificates ORDER BY id").all {
                    (try $0.keyIdentity(0), try $0.keyFingerprint(1))
                },
                try Query(database, "SELECT key_identity FROM requests").first { try $0.keyIdentity(0) }
            )
        }
        let known = FakeCertificate.keyIdentity("k")
        #expect(keys[0].0 == known && keys[2].0 == known && request == known)
        for (identity, fingerprint) in [keys[1], keys[3], keys[4], keys[5]] {
            #expect(identity == KeyIdentity(standingFor: fingerprint))
        }
    }

    @Test("What a plan finds devices by is listed for what was there before, as for what comes in afterwards")
    func listings() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        try firstVersion(at: path)
        _ = try SQLiteConnection.writer(path: path) { connection in
            let database = SQLiteDatabase(connection)
            for (row, name) in [(1, "a"), (3, "b")] {
                try Query(database, "UPDATE certificate_bodies SET der = ? WHERE certificate = ?")
                    .run([.blob(FakeCertificate(name: name, key: "k").der), .integer(Int64(row))])
            }
            try Query(
                database,
                """
                INSERT INTO certificates VALUES (7, 1, randomblob(32), 'ACTIVE', x'07', 1, 'CN=1', -90000, -80000, 1, randomblob(32),
                  1, NULL, NULL, NULL, 50, 50)
                """
            ).run()
            try Query(database, "INSERT INTO certificate_bodies VALUES (7, x'30')").run()
        }
        let inventory = try SQLFleet(sqlite: path, access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
        var contradictions: [String] = []
        try inventory.forEachContradiction { contradictions.append($0.kind) }
        #expect(Set(contradictions).isDisjoint(with: ["certificate-class", "shared-key", "leftover", "expiry-count"]))
        try inventory.planningSnapshot { snapshot in
            #expect(try snapshot.sharedKeys() == [FakeCertificate.keyIdentity("k")])
            var unusual: Set<Int64> = []
            try snapshot.forEachUnusualDevice { unusual.insert($0) }
            #expect(unusual == [1, 2], "one with two certificates, two with rotations under way")
            #expect(try snapshot.activeCertificateCount == 4)
            #expect(try snapshot.expiries(from: Timestamp(seconds: -80_000), weeks: 20).expired == 0)
            #expect(try snapshot.expiries(from: Timestamp(seconds: -79_999), weeks: 20).expired == 1)
        }
        #expect(try inventory.devicesWithoutActive() == 1)
    }
}

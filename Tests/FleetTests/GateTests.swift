import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("What came through the gate, as the inventory records it")
struct GateTests {
    private func session(_ name: String = "s1", at: Timestamp = Workspace.now) -> GateSession {
        GateSession(certificate: FakeCertificate(name: "d").fingerprint, at: at, submission: name)
    }

    private func request(_ device: PlanningDevice, key: String = "new", _ session: GateSession) -> TakenRequest {
        var request = TakenRequest.fake(device, key: key)
        request.session = session
        return request
    }

    @Test("A CSR is kept with its proof and its submission's name, until the submission is gone")
    func submission() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        let device = try workspace.planningDevice("d")
        try workspace.inventory.take([request(device, session())], refused: [], run: "r", at: Workspace.now)
        #expect(try workspace.planningDevice("d").request?.proof == .session)
        func isTaken(_ name: String) throws -> Bool {
            try workspace.inventory.planningSnapshot { try $0.isTaken(submission: name) }
        }
        #expect(try isTaken("s1"))
        #expect(try !isTaken("s2"))
        try workspace.inventory.forgetSubmissions(except: ["s1", "s9"])
        #expect(try isTaken("s1"))
        try workspace.inventory.forgetSubmissions(except: ["s9"])
        #expect(try !isTaken("s1"))
        #expect(try workspace.planningDevice("d").request?.proof == .session, "the CSR itself stays")
    }

    @Test("One that could not be taken after all is not remembered as taken")
    func conflict() throws {
        let workspace = try Workspace([FakeDevice("d"), FakeDevice("e")])
        try workspace.beginRun("r")
        let inventory = workspace.inventory
        try inventory.take([.fake(workspace.planningDevice("e"), key: "k")], refused: [], run: "r", at: Workspace.now)
        let conflicts = try inventory.take(
            [request(workspace.planningDevice("d"), key: "k", session())], refused: [], run: "r", at: Workspace.now)
        #expect(conflicts.count == 1)
        #expect(try inventory.planningSnapshot { try $0.isTaken(submission: "s1") } == false)
    }

    @Test("The later of a session and a signature counts for what is an old request")
    func time() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        let device = try workspace.planningDevice("d")
        func last() throws -> Timestamp? {
            try workspace.inventory.planningSnapshot { try $0.intakeContext(DeviceID(checked: "d"))?.lastSigned }
        }
        for (hours, expected) in [(2, 2), (1, 2), (3, 3)] as [(Int64, Int64)] {
            let session = session("s\(hours)", at: Workspace.now + .hours(hours))
            try workspace.inventory.take([request(device, session)], refused: [], run: "r", at: Workspace.now)
            #expect(try last() == Workspace.now + .hours(expected))
        }
    }

    @Test("A confirmation remembers its submission, and one by a request has no digest and says so")
    func confirmation() throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        try workspace.beginRun("r")
        try workspace.deliver("a", "b", run: "r")
        var order = try ConfirmationOrder(workspace.confirmationContext("a"))
        order.submission = "s1"
        var byRequest = try ConfirmationOrder(workspace.confirmationContext("b"))
        byRequest.digest = nil
        #expect(try workspace.inventory.confirm([order, byRequest], refused: [], run: "r", at: Workspace.now) == [])
        #expect(try workspace.inventory.planningSnapshot { try $0.isTaken(submission: "s1") })
        #expect(try workspace.confirmableRotation("b").confirmation == nil)
        #expect(try workspace.confirmableRotation("a").confirmation != nil)
        #expect(try workspace.audited(.confirmed, device: "b").first?.contains(#""proof":"request""#) == true)
        #expect(try workspace.rotationStates("b") == [.confirmed])
        #expect(try workspace.inventory.verifyAuditChain() == nil)
    }

    @Test("When a device was last seen only ever grows, and who was not seen is counted once anybody was")
    func seen() throws {
        let workspace = try Workspace([
            FakeDevice("a"), FakeDevice("b"),
            FakeDevice("c", certificates: [("REVOKED", FakeCertificate(name: "c"))]),
        ])
        let inventory = workspace.inventory
        let row = try workspace.planningDevice("a").row
        #expect(try inventory.devicesNotSeen(since: Workspace.now) == nil)
        #expect(try inventory.planningSnapshot { try $0.isAnyDeviceSeen() } == false)
        for hours in [5, 2, 7] as [Int64] {
            try inventory.recordSeen([SeenDevice(deviceRow: row, at: Workspace.now + .hours(hours))])
        }
        #expect(try workspace.show("a").lastSeen == Workspace.now + .hours(7))
        #expect(try workspace.planningDevice("a").lastSeen == Workspace.now + .hours(7))
        #expect(try workspace.planningDevice("b").lastSeen == nil && workspace.show("b").lastSeen == nil)
        #expect(try inventory.planningSnapshot { try $0.isAnyDeviceSeen() })
        #expect(
            try inventory.devicesNotSeen(since: Workspace.now) == 1, "one without an ACTIVE certificate cannot be seen")
        #expect(try inventory.devicesNotSeen(since: Workspace.now + .hours(8)) == 2)
    }

    @Test("An inventory of before the gate opens, keeps its requests, and goes on")
    func migration() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        let tables = """
            CREATE TABLE old AS SELECT device, spki, key_fingerprint, algorithm, run, received_at, csr, key_identity, proof FROM requests;
            DROP TABLE requests;
            CREATE TABLE requests (
              device INTEGER PRIMARY KEY REFERENCES devices,
              spki BLOB NOT NULL,
              key_fingerprint BLOB NOT NULL CHECK (length(key_fingerprint) = 32),
              algorithm TEXT NOT NULL,
              run TEXT NOT NULL REFERENCES runs,
              received_at INTEGER NOT NULL,
              csr BLOB,
              key_identity BLOB CHECK (length(key_identity) = 32),
              proof TEXT NOT NULL DEFAULT 'none' CHECK (proof IN ('none', 'signature'))
            ) STRICT;
            INSERT INTO requests SELECT * FROM old;
            DROP TABLE old;
            CREATE INDEX requests_by_key_identity ON requests (key_identity);
            DROP INDEX seen_devices;
            ALTER TABLE devices DROP COLUMN seen_at;
            DROP TABLE taken_submissions;
            DELETE FROM grdb_migrations WHERE identifier = '8-gate'
            """
        do {
            let old = try SQLFleet.create(sqlite: path, sha256: fakeSHA256)
            let input = try folder.write(FakeDevice("d").ndjson.utf8, to: "input.ndjson")
            _ = try old.importFleet(
                from: input, options: ImportOptions(format: .ndjson, at: Workspace.now, actor: "t"), reader: fakeReader,
                rejected: { _ in }, progress: { _, _, _ in })
            try old.beginRun(
                RunRecord(id: "r", startedAt: Workspace.now, now: Workspace.now, actor: "t", host: "h", pid: 1))
            var device: PlanningDevice?
            try old.planningSnapshot { try $0.forEachDeviceWithActiveCertificate { device = $0 } }
            var signed = TakenRequest.fake(try #require(device), key: "signed")
            signed.signed = SignedRequestMark(time: Workspace.now, digest: fakeSHA256([]))
            try old.take([signed], refused: [], run: "r", at: Workspace.now)
        }
        _ = try SQLiteConnection.writer(path: path) { connection in
            let database = SQLiteDatabase(connection)
            for statement in tables.split(separator: ";\n") { try Query(database, String(statement)).run() }
        }
        let error = failure { try SQLFleet(sqlite: path, access: .readOnly, sha256: fakeSHA256, keys: fakeKeys) }
        #expect(error?.message.contains("older version") == true)
        let inventory = try SQLFleet(sqlite: path, access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
        var device: PlanningDevice?
        try inventory.planningSnapshot { try $0.forEachDeviceWithActiveCertificate { device = $0 } }
        let found = try #require(device)
        #expect(found.request?.proof == .signature && found.request?.publicKey == FakeCertificate.key("signed"))
        #expect(found.lastSeen == nil)
        try inventory.take([request(found, session())], refused: [], run: "r", at: Workspace.now)
        try inventory.recordSeen([SeenDevice(deviceRow: found.row, at: Workspace.now)])
        let story = try #require(try inventory.show(DeviceID(checked: "d")))
        #expect(story.request?.proof == .session && story.lastSeen == Workspace.now)
        #expect(try inventory.verifyAuditChain() == nil)
    }
}

import Foundation
import RotationModel
import Testing

@testable import Fleet

@Suite("The audit")
struct AuditTests {
    private static func workspace() throws -> Workspace {
        let workspace = try Workspace([FakeDevice("d")])
        for second in Int64(0)..<5 {
            try workspace.beginRun(RunID("run-number-\(second)"), at: Workspace.now + TimeSpan(seconds: second))
        }
        return workspace
    }

    @Test("Entries have their number, time, run, actor and detail, and can be had from a time on")
    func entries() throws {
        let workspace = try Self.workspace()
        var entries: [AuditEntry] = []
        try workspace.inventory.audit(since: Workspace.now + TimeSpan(seconds: 3)) { entries.append($0) }
        #expect(entries.map(\.id) == [5, 6])
        #expect(entries.map(\.run) == ["run-number-3", "run-number-4"])
        #expect(entries.map(\.actor) == ["timer", "timer"])
        #expect(entries.first?.detail == #"{"host":"h","pid":1,"now":"1970-01-24T03:33:23Z"}"#)
    }

    @Test("The audit refuses to be changed", arguments: ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
    func appendOnly(sql: String) throws {
        let workspace = try Self.workspace()
        let error = failure { try workspace.tables.write { try Query($0, sql).run() } }
        #expect(error?.message.contains("append-only") == true)
    }

    @Test("A byte changed in the file is found", .enabled(if: TestEngine.isSQLite))
    func rawEdit() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        do {
            let inventory = try SQLFleet.create(sqlite: path, sha256: fakeSHA256)
            for run in ["run-a", "run-b", "run-c"] {
                try inventory.beginRun(
                    RunRecord(
                        id: RunID(run), startedAt: Workspace.now, now: Workspace.now, actor: "honest-actor", host: run,
                        pid: 1)
                )
            }
            #expect(try inventory.verifyAuditChain() == nil)
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let hit = try #require(bytes.range(of: Data(#"{"host":"run-b""#.utf8)))
        bytes[hit.lowerBound + 12] = UInt8(ascii: "X")
        try bytes.write(to: URL(fileURLWithPath: path))
        let inventory = try SQLFleet(sqlite: path, access: .readOnly, sha256: fakeSHA256, keys: fakeKeys)
        #expect(try inventory.verifyAuditChain() == 2)
    }

    @Test(
        "An entry that was taken out is found, at either end and between",
        arguments: [(1, 2), (3, 4), (6, 6)] as [(Int64, Int64)])
    func removed(entry: Int64, broken: Int64) throws {
        let workspace = try Self.workspace()
        try workspace.tables.write { database in
            try TestEngine.allowChangesOfAudit(database)
            try Query(database, "DELETE FROM audit WHERE id = ?").run([.integer(entry)])
        }
        #expect(try workspace.inventory.verifyAuditChain() == broken)
    }

    /// Writes into the audit as somebody does who has the database's file.
    private static func alter(_ workspace: Workspace, _ statements: String...) throws {
        try workspace.tables.write { database in
            try TestEngine.allowChangesOfAudit(database)
            for statement in statements { try Query(database, statement).run() }
        }
    }

    @Test(
        "An altered row is read as it comes, its columns are named, and the chain breaks at it",
        .enabled(if: TestEngine.isSQLite, "PostgreSQL holds no value of another type than its column's"),
        arguments: [
            ("detail = x'00ff'", ["detail"]), ("actor = x'41'", ["actor"]), ("action = 5", ["action"]),
            ("device = 1.5", ["device"]), ("run = x'00'", ["run"]), ("at = 'yesterday'", ["at"]),
            ("actor = NULL", ["actor"]), ("detail = NULL, action = NULL", ["action", "detail"]),
            ("hash = NULL", ["hash"]),
            ("hash = x'00'", ["hash"]), ("detail = CAST(x'ff' AS TEXT)", ["detail"]),
            ("action = char(27) || '[2J'", []), ("detail = 'no JSON'", []), ("at = 9223372036854775807", []),
        ] as [(String, [String])])
    func altered(change: String, columns: [String]) throws {
        let workspace = try Self.workspace()
        // A table of one's own making checks no types.
        try Self.alter(
            workspace, "CREATE TABLE other (id INTEGER PRIMARY KEY, at, run, actor, action, device, detail, hash)",
            "INSERT INTO other SELECT * FROM audit", "DROP TABLE audit", "ALTER TABLE other RENAME TO audit",
            "UPDATE audit SET \(change) WHERE id = 3")
        var entries: [AuditEntry] = []
        try workspace.inventory.audit(since: Workspace.now) { entries.append($0) }
        #expect(entries.first { $0.id == 3 }?.unreadable == columns)
        #expect(entries.filter { $0.id != 3 }.allSatisfy { $0.unreadable.isEmpty })
        #expect(try workspace.inventory.verifyAuditChain() == 3)
    }

    @Test("A head that cannot be read is no chain, and no crash")
    func headless() throws {
        let workspace = try Self.workspace()
        try Self.alter(workspace, "DELETE FROM audit_head")
        #expect(try workspace.inventory.verifyAuditChain() == 7)
        #expect(failure { try workspace.inventory.auditAnchor() }?.code == .inventory)
    }

    // MARK: Anchors

    /// Cuts entries off the end and sets the head, as whoever can write the file can.
    private static func cut(_ workspace: Workspace, after entry: Int64) throws {
        try alter(
            workspace, "DELETE FROM audit WHERE id > \(entry)",
            "UPDATE audit_head SET entry = \(entry), hash = (SELECT hash FROM audit WHERE id = \(entry))")
    }

    @Test("An anchor that was kept shows an end that was cut off, which the chain alone does not")
    func cutOff() throws {
        let workspace = try Self.workspace()
        let anchor = try workspace.inventory.auditAnchor()
        #expect(anchor.entries == 6)
        #expect(try workspace.inventory.auditFault(against: [anchor]) == nil)
        try Self.cut(workspace, after: 4)
        #expect(try workspace.inventory.verifyAuditChain() == nil, "the chain alone holds")
        #expect(try workspace.inventory.auditFault(against: [anchor]) == .cut(anchor, last: 4))
    }

    @Test("Anchors show a chain that was written anew, and up to where it is the old one")
    func rewritten() throws {
        let workspace = try Self.workspace()
        var anchors = [AuditAnchor(entries: 0, hash: .zero), try workspace.inventory.auditAnchor()]
        try workspace.beginRun("one")
        anchors.append(try workspace.inventory.auditAnchor())
        try Self.cut(workspace, after: 6)
        try workspace.beginRun("another")
        try workspace.beginRun("and more")
        #expect(try workspace.inventory.verifyAuditChain() == nil, "the chain alone holds")
        #expect(try workspace.inventory.auditFault(against: anchors.reversed()) == .rewritten(anchors[2], intact: 6))
        #expect(try workspace.inventory.auditFault(against: Array(anchors.prefix(2))) == nil)
        let nothing = AuditAnchor(entries: 0, hash: anchors[1].hash)
        #expect(try workspace.inventory.auditFault(against: [nothing]) == .rewritten(nothing, intact: 0))
    }

    @Test("An entry that was changed before an anchor is told as such")
    func changedBeforeAnchor() throws {
        let workspace = try Self.workspace()
        let anchor = try workspace.inventory.auditAnchor()
        try Self.alter(workspace, "UPDATE audit SET actor = 'x' WHERE id = 2")
        #expect(try workspace.inventory.auditFault(against: [anchor]) == .broken(entry: 2))
    }

    @Test("No two entries have the same input to their hash")
    func hashInput() throws {
        func input(_ run: RunID?, _ actor: String, _ device: String?) -> [UInt8] {
            AuditLog.hashInput(
                previous: .zero, entry: 1, at: Workspace.now, run: run, actor: actor, action: "a", device: device,
                detail: "{}")
        }
        let inputs = [
            input(nil, "x", nil), input("", "x", nil), input("x", "", nil), input("x", "", ""), input(nil, "", "x"),
        ]
        #expect(Set(inputs).count == inputs.count)
    }
}

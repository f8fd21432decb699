import Foundation
import RotationModel
import Testing

@testable import Fleet

@Suite("The audit")
struct AuditTests {
    private static func workspace() throws -> Workspace {
        let workspace = try Workspace([FakeDevice("d")])
        for second in Int64(0)..<5 {
            try workspace.beginRun("run-number-\(second)", at: Workspace.now + TimeSpan(seconds: second))
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
        let error = failure { try workspace.inventory.write { try Query($0, sql).run() } }
        #expect(error?.message.contains("append-only") == true)
    }

    @Test("A byte changed in the file is found")
    func rawEdit() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        do {
            let inventory = try Inventory.create(at: path, sha256: fakeSHA256)
            for run in ["run-a", "run-b", "run-c"] {
                try inventory.beginRun(
                    RunRecord(
                        id: run, startedAt: Workspace.now, now: Workspace.now, actor: "honest-actor", host: run, pid: 1)
                )
            }
            #expect(try inventory.verifyAuditChain() == nil)
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let hit = try #require(bytes.range(of: Data(#"{"host":"run-b""#.utf8)))
        bytes[hit.lowerBound + 12] = UInt8(ascii: "X")
        try bytes.write(to: URL(fileURLWithPath: path))
        let inventory = try Inventory(opening: path, access: .readOnly, sha256: fakeSHA256)
        #expect(try inventory.verifyAuditChain() == 2)
    }

    @Test(
        "An entry that was taken out is found, at either end and between",
        arguments: [(1, 2), (3, 4), (6, 6)] as [(Int64, Int64)])
    func removed(entry: Int64, broken: Int64) throws {
        let workspace = try Self.workspace()
        try workspace.inventory.write { database in
            try Query(database, "DROP TRIGGER audit_is_not_deleted").run()
            try Query(database, "DELETE FROM audit WHERE id = ?").run([.integer(entry)])
        }
        #expect(try workspace.inventory.verifyAuditChain() == broken)
    }

    @Test("No two entries have the same input to their hash")
    func hashInput() throws {
        func input(_ run: String?, _ actor: String, _ device: String?) -> [UInt8] {
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

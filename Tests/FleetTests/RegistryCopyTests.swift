import RotationModel
import Testing

@testable import Fleet

@Suite("Copying a registry")
struct RegistryCopyTests {
    /// A registry with something in most tables.
    private func lived() throws -> Workspace {
        let workspace = try Workspace(
            (0..<450).map { FakeDevice("d\($0)", labels: ["lot": "\($0 % 3)"]) } + [
                FakeDevice("shared", certificates: [("ACTIVE", FakeCertificate(name: "d1"))]),
                FakeDevice("revoked", certificates: [("REVOKED", FakeCertificate(name: "r"))]),
            ])
        let run = try workspace.beginRun("one")
        _ = try workspace.issueOne(workspace.planningDevice("d2"), key: "k", serial: 1, run: run)
        _ = try workspace.inventory.recordRekey(
            [.fake(workspace.planningDevice("d3"), refused: "too weak")], run: run, at: Workspace.now)
        return workspace
    }

    private func file(_ folder: TemporaryFolder, _ name: String = "copy.sqlite") throws -> SQLFleet {
        try SQLFleet.create(sqlite: folder.file(name), sha256: fakeSHA256)
    }

    @Test("It arrives row by row, exports the same, and goes on where the other stood")
    func whole() throws {
        let workspace = try lived()
        let copy = try file(workspace.folder)
        var told: Set<String> = []
        let tables = try workspace.tables.copyAll(to: copy) { table, _ in told.insert(table) }
        #expect(tables.first { $0.name == "certificates" }?.rows == 453)
        #expect(told.isSuperset(of: ["devices", "audit", "manifests"]))
        func export(_ tables: SQLFleet) throws -> [UInt8] {
            var bytes: [UInt8] = []
            try tables.exportFleet(format: .ndjson) { bytes.append(contentsOf: $0) }
            return bytes
        }
        #expect(try export(copy) == export(workspace.tables))
        #expect(try copy.auditAnchor() == workspace.tables.auditAnchor() && copy.verifyAuditChain() == nil)
        var contradictions: [String] = []
        try copy.forEachContradiction { contradictions.append($0.kind) }
        #expect(contradictions.isEmpty)
        try copy.beginRun(
            RunRecord(id: "two", startedAt: Workspace.now, now: Workspace.now, actor: "t", host: "h", pid: 1),
            for: .job, unless: { _ in false })
        // And back again, into an engine of the first kind.
        let back = try Workspace().tables
        _ = try copy.copyAll(to: back) { _, _ in }
        #expect(try back.auditAnchor() == copy.auditAnchor())
        try back.endRun("two", outcome: "completed", counts: [:], at: Workspace.now)
    }

    @Test("One that has something in it is refused, and stays as it was")
    func taken() throws {
        let workspace = try lived()
        let other = try Workspace([FakeDevice("other")])
        let anchor = try other.tables.auditAnchor()
        #expect(failure { try workspace.tables.copyAll(to: other.tables) { _, _ in } }?.code == .io)
        #expect(try other.tables.auditAnchor() == anchor)
    }

    @Test("What did not arrive as it was read is found, and nothing of it stays")
    func altered() throws {
        let workspace = try lived()
        let copy = try file(workspace.folder)
        try copy.write {
            try $0.execute(
                """
                CREATE TRIGGER forgetful AFTER INSERT ON devices WHEN new.name = 'd7'
                BEGIN UPDATE devices SET refused = 'x' WHERE id = new.id; END
                """)
        }
        let error = failure { try workspace.tables.copyAll(to: copy) { _, _ in } }
        #expect(error?.code == .inventory && error?.message.contains("devices") == true)
        #expect(try copy.planningSnapshot { try $0.deviceCount } == 0)
    }
}

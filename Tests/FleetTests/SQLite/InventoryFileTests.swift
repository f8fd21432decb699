import Foundation
import RotationModel
import Testing

@testable import Fleet

@Suite("The inventory's file")
struct InventoryFileTests {
    @Test("A new inventory is a file that its owner writes, its group reads and others do not see")
    func mode() throws {
        let workspace = try Workspace()
        let attributes = try FileManager.default.attributesOfItem(atPath: workspace.tables.place)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
    }

    @Test("An inventory that exists is never made anew")
    func createTwice() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let error = failure { try SQLFleet.create(sqlite: workspace.tables.place, sha256: fakeSHA256) }
        #expect(error?.code == .io)
        #expect(try workspace.export().contains("d1"))
    }

    @Test("Opening a missing inventory says how to make one", arguments: [InventoryAccess.readOnly, .readWrite])
    func missing(access: InventoryAccess) throws {
        let folder = try TemporaryFolder()
        let error = failure {
            try SQLFleet(sqlite: folder.file("none.sqlite"), access: access, sha256: fakeSHA256, keys: fakeKeys)
        }
        #expect(error?.code == .inventory)
        #expect(error?.advice.contains("rotation-job init") == true)
        #expect(try folder.contents == [])
    }

    @Test(
        "What is no inventory is refused, and left as it is", arguments: [InventoryAccess.readOnly, .readWrite],
        [[], Array(repeating: UInt8(ascii: "x"), count: 5000)])
    func noDatabase(access: InventoryAccess, bytes: [UInt8]) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, to: "fleet.sqlite")
        #expect(
            failure { try SQLFleet(sqlite: path, access: access, sha256: fakeSHA256, keys: fakeKeys) }?.code
                == .inventory)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(bytes))
    }

    @Test("A folder in the inventory's place is refused")
    func folder() throws {
        let folder = try TemporaryFolder()
        let error = failure {
            try SQLFleet(sqlite: folder.path, access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
        }
        #expect(error?.message.contains("not a file") == true)
    }

    @Test("Another program's database is refused")
    func foreign() throws {
        let workspace = try Workspace()
        _ = try workspace.tables.withWriter { try Query($0, "PRAGMA application_id = 7").run() }
        let error = failure {
            try SQLFleet(sqlite: workspace.tables.place, access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
        }
        #expect(error?.message.contains("another program") == true)
    }

    @Test("An inventory of a newer version is refused", arguments: [InventoryAccess.readOnly, .readWrite])
    func newer(access: InventoryAccess) throws {
        let workspace = try Workspace()
        _ = try workspace.tables.withWriter {
            try Query($0, "INSERT INTO grdb_migrations (identifier) VALUES ('99-future')").run()
        }
        let error = failure {
            try SQLFleet(sqlite: workspace.tables.place, access: access, sha256: fakeSHA256, keys: fakeKeys)
        }
        #expect(error?.message.contains("newer") == true)
    }

    @Test("An inventory that is opened again has what was written")
    func reopen() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        do {
            let inventory = try SQLFleet.create(sqlite: path, sha256: fakeSHA256)
            try inventory.beginRun(
                RunRecord(id: "r", startedAt: Workspace.now, now: Workspace.now, actor: "a", host: "h", pid: 1))
        }
        #expect(try folder.contents == ["fleet.sqlite"])
        let again = try SQLFleet(sqlite: path, access: .readWrite, sha256: fakeSHA256, keys: fakeKeys)
        #expect(try again.recentRuns(limit: 9).map(\.id) == ["r"])
    }

    @Test("A reader works beside a writer, sees what it commits, writes nothing and leaves nothing behind")
    func readOnly() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet.sqlite")
        do {
            let writer = try SQLFleet.create(sqlite: path, sha256: fakeSHA256)
            let reader = try SQLFleet(sqlite: path, access: .readOnly, sha256: fakeSHA256, keys: fakeKeys)
            let run = RunRecord(id: "r", startedAt: Workspace.now, now: Workspace.now, actor: "a", host: "h", pid: 1)
            try writer.beginRun(run)
            #expect(try reader.recentRuns(limit: 9).count == 1)
            #expect(failure { try reader.beginRun(run) }?.message.contains("reading only") == true)
            #expect(throws: (any Error).self) { try reader.snapshot { try Query($0, "DELETE FROM runs").run() } }
        }
        do {
            let reader = try SQLFleet(sqlite: path, access: .readOnly, sha256: fakeSHA256, keys: fakeKeys)
            #expect(try reader.recentRuns(limit: 9).count == 1)
        }
        #expect(try folder.contents == ["fleet.sqlite"])
    }

    @Test("A read sees one state while writes go on, and may read again within itself")
    func snapshot() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        try workspace.inventory.planningSnapshot { snapshot in
            #expect(try snapshot.deviceCount == 1)
            try workspace.importText(FakeDevice("d2").ndjson)
            var seen: [String] = []
            try snapshot.forEachDeviceWithActiveCertificate { seen.append($0.id.text) }
            #expect(seen == ["d1"])
            #expect(try workspace.inventory.summary(at: Workspace.now).devices == 1)
        }
        #expect(try workspace.inventory.summary(at: Workspace.now).devices == 2)
    }

    @Test("A path that a URI would misread is taken as it stands")
    func oddPath() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("fleet %41?#ü.sqlite")
        _ = try SQLFleet.create(sqlite: path, sha256: fakeSHA256)
        #expect(try folder.contents == ["fleet %41?#ü.sqlite"])
        let reader = try SQLFleet(sqlite: path, access: .readOnly, sha256: fakeSHA256, keys: fakeKeys)
        #expect(try reader.summary(at: Workspace.now).devices == 0)
    }
}

import Foundation
import RotationModel
import Testing

@testable import Fleet

@Suite("A registry on a server", .enabled(if: !TestEngine.isSQLite, "there is no server: see scripts/with-postgres"))
struct PostgresServerTests {
    private static let at = Workspace.now

    private func engine(_ workspace: Workspace) throws -> PostgresEngine {
        try #require(workspace.tables.engine as? PostgresEngine)
    }

    /// Ends every other connection to a registry, as a server does that is started again.
    private func cutOff(_ workspace: Workspace) throws {
        let connection = try PostgresConnection(to: engine(workspace).location, for: .reading)
        // Those of this registry: its name is in what each of them set first.
        let ended = try Query(
            connection,
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND application_name = ?
            """
        ).first([.text("rotation-job \(engine(workspace).location.schema)")]) { $0.integer(0) }
        #expect((ended ?? 0) > 0)
        Thread.sleep(forTimeInterval: 0.2)
    }

    @Test("Every table has the columns that it has in SQLite")
    func columns() throws {
        let folder = try TemporaryFolder()
        let file = try SQLFleet.create(sqlite: folder.file("fleet.sqlite"), sha256: fakeSHA256)
        let server = try Workspace().tables
        for table in RegistryTables.all {
            let one = try file.snapshot { try $0.columns(of: table) }
            let other = try server.snapshot { try $0.columns(of: table) }
            #expect(Set(one) == Set(other) && !one.isEmpty && one.count == other.count, "\(table)")
        }
    }

    @Test("One run at a time has the claim, whichever process it is in, and lets go of it when it ends")
    func claim() throws {
        let workspace = try Workspace()
        let other = try TestEngine.open(workspace.tables, .readWrite)
        do {
            let claim = try workspace.tables.claimRuns()
            defer { withExtendedLifetime(claim) {} }
            #expect(failure { try other.claimRuns() }?.code == .locked)
            #expect(failure { try workspace.tables.claimRuns() }?.code == .locked)
            #expect(try other.isRunClaimed())
            // Who asks keeps nobody out.
            #expect(try TestEngine.open(workspace.tables, .readOnly).isRunClaimed())
        }
        #expect(try !other.isRunClaimed())
        let claim = try other.claimRuns()
        withExtendedLifetime(claim) {}
    }

    @Test("A claim of another schema is another one")
    func schemas() throws {
        let (one, other) = (try Workspace(), try Workspace())
        let claim = try one.tables.claimRuns()
        #expect(try !other.tables.isRunClaimed())
        let another = try other.tables.claimRuns()
        withExtendedLifetime([claim, another]) {}
    }

    @Test("A server that went away between two transactions is connected to again, and the claim taken again")
    func reconnecting() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let claim = try workspace.tables.claimRuns()
        defer { withExtendedLifetime(claim) {} }
        try cutOff(workspace)
        #expect(try workspace.planningDevices.count == 1)
        try workspace.beginRun("after")
        #expect(try workspace.tables.isRunClaimed())
    }

    @Test("A host that was cut off, and whose run was closed meanwhile, can write no more")
    func fenced() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let device = try workspace.planningDevice("d1")
        let claim = try workspace.tables.claimRuns()
        defer { withExtendedLifetime(claim) {} }
        try workspace.beginRun("slept")
        try cutOff(workspace)
        let successor = try TestEngine.open(workspace.tables, .readWrite)
        let theirs = try successor.claimRuns()
        #expect(try successor.closeInterruptedRuns(at: Self.at) == ["slept"])
        // It has its connection again only when the claim is free; and then its run is over.
        withExtendedLifetime(theirs) {}
        let error = failure {
            try workspace.tables.take([TakenRequest.fake(device, key: "k")], refused: [], run: "slept", at: Self.at)
        }
        #expect(error?.code == .locked)
    }

    @Test("A connection that is lost within a transaction leaves nothing of it, and the next one goes on")
    func lost() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let error = failure {
            try workspace.tables.write { database in
                try Query(database, "UPDATE devices SET refused = 'x'").run()
                try cutOff(workspace)
                try Query(database, "UPDATE devices SET refused = 'y'").run()
            }
        }
        #expect(error?.code == .io && error?.place == workspace.tables.place)
        #expect(try workspace.tables.read { try Query($0, "SELECT 1 FROM devices WHERE refused IS NULL").exists([]) })
        try workspace.beginRun("after")
    }

    @Test("What was sent without waiting and failed is thrown before the commit, and nothing of the transaction stays")
    func late() throws {
        let workspace = try Workspace([FakeDevice("d1")])
        let error = failure {
            try workspace.tables.write { database in
                try Query(database, "UPDATE devices SET refused = 'x'").run()
                try Query(database, "UPDATE devices SET account = 999999").run()
                for _ in 0..<600 { try Query(database, "UPDATE devices SET refused = 'y'").run() }
            }
        }
        #expect(error?.code == .inventory && error?.message.contains("23503") == true)
        #expect(try workspace.tables.read { try Query($0, "SELECT 1 FROM devices WHERE refused IS NULL").exists([]) })
    }

    @Test("Writers go one after the other, so that no entry of the audit is lost or written twice")
    func writers() async throws {
        let workspace = try Workspace()
        let location = try engine(workspace).location
        try await withThrowingTaskGroup(of: Void.self) { group in
            for host in 0..<4 {
                group.addTask {
                    let tables = try SQLFleet(postgres: location, access: .readWrite, sha256: fakeSHA256)
                    for run in 0..<10 {
                        try tables.beginRun(
                            RunRecord(
                                id: RunID("run-\(host)-\(run)"), startedAt: Self.at, now: Self.at, actor: "t",
                                host: "h\(host)", pid: 1), for: .job, unless: { _ in false })
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try workspace.tables.auditAnchor().entries == 40)
        #expect(try workspace.tables.verifyAuditChain() == nil)
    }

    @Test("What the administrator's script makes is enough for a role of the job, which cannot rewrite the audit")
    func roles() throws {
        let server = try #require(TestEngine.server)
        let location = try TestEngine.location(on: server)
        let suffix = location.schema.suffix(12)
        let administrator = try PostgresConnection(to: location, for: .writing)
        try administrator.execute(
            PostgresRoles.script(schema: location.schema, job: "job_\(suffix)", gate: "gate_\(suffix)"))
        func address(of role: String) throws -> PostgresLocation {
            try PostgresLocation(server.replacing("rotation@", with: "\(role)_\(suffix)@"), schema: location.schema)
        }
        let job = try SQLFleet(postgres: address(of: "job"), access: .readWrite, sha256: fakeSHA256)
        let folder = try TemporaryFolder()
        let path = try folder.write(FakeDevice("d1").ndjson.utf8, to: "input.ndjson")
        _ = try job.importFleet(
            from: path, options: ImportOptions(format: .ndjson, at: Self.at, actor: "t"), reader: fakeReader,
            rejected: { _ in }, progress: { _, _, _ in })
        for sql in [
            "UPDATE audit SET actor = 'x'", "DELETE FROM audit", "DELETE FROM certificates", "DROP TABLE audit",
        ] {
            let error = failure { try job.write { try Query($0, sql).run() } }
            #expect(error?.code == .permission || error?.message.contains("42501") == true, "\(sql)")
        }
        let gate = try SQLFleet(postgres: address(of: "gate"), access: .live, sha256: fakeSHA256)
        #expect(try gate.planningSnapshot { try $0.deviceCount } == 1)
        #expect(failure { try gate.write { try Query($0, "DELETE FROM requests").run() } } != nil)
    }

    @Test("A registry is made once, and one that is of another version, or not there, is refused")
    func versions() throws {
        let workspace = try Workspace()
        let location = try engine(workspace).location
        #expect(failure { try SQLFleet.create(postgres: location, sha256: fakeSHA256) }?.code == .io)
        try workspace.tables.write { try Query($0, "UPDATE registry_version SET version = 99").run() }
        let newer = failure { try TestEngine.open(workspace.tables, .readWrite) }
        #expect(newer?.code == .inventory && newer?.message.contains("newer") == true)
        let none = try TestEngine.location(on: #require(TestEngine.server))
        #expect(failure { try SQLFleet(postgres: none, access: .live, sha256: fakeSHA256) }?.code == .inventory)
    }
}

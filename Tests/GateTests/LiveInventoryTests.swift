import Delivery
import Fleet
import Foundation
import Job
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Gate

@Suite("The inventory changes under the gate")
struct LiveInventoryTests {
    private func status(_ fleet: GateFleet, _ certificate: Certificate, at second: Int64 = 0) async -> String? {
        await fleet.get("/v1/manifest", as: certificate, at: GateFleet.now + TimeSpan(seconds: second)).code
    }

    /// Statements in the inventory's file by SQLite's own shell.
    private func sqlite(_ fleet: GateFleet, _ sql: String) throws {
        try sqlite(sql, in: fleet.workspace.configuration.inventory.text)
    }

    private func sqlite(_ sql: String, in path: String) throws {
        let outcome = try ExternalProgram.run(
            [TestPython.path, "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"]
                + [path, sql])
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("One that is gone is answered with 503, and found again")
    func gone() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        let path = fleet.workspace.configuration.inventory.text
        #expect(await status(fleet, d1) == "no-manifest")
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        let response = await fleet.get("/v1/manifest", as: d1)
        #expect(response.status == 503)
        #expect(response.code == "unavailable")
        #expect((1...600).contains(response.retryAfter ?? 0))
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(fleet.troubles.all.last?.code == .inventory)
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        #expect(await status(fleet, d1) == "no-manifest")
    }

    @Test("One that was replaced by another is read from then on")
    func replaced() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        let path = fleet.workspace.configuration.inventory.text
        #expect(await status(fleet, d1) == "no-manifest")
        try sqlite(fleet, "PRAGMA wal_checkpoint(TRUNCATE);")
        try FileManager.default.copyItem(atPath: path, toPath: path + ".copy")
        try sqlite("UPDATE certificates SET status = 'REVOKED'; PRAGMA journal_mode = DELETE;", in: path + ".copy")
        #expect(rename(path + ".copy", path) == 0)
        #expect(await status(fleet, d1) == "revoked")
    }

    @Test("One whose tables changed is opened anew; one that a newer version made is not read")
    func migrated() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        #expect(await status(fleet, d1) == "no-manifest")
        try sqlite(fleet, "CREATE TABLE of_somebody (x);")
        #expect(await status(fleet, d1) == "no-manifest")
        #expect(fleet.troubles.all.isEmpty)
        try sqlite(
            fleet,
            "BEGIN; INSERT INTO grdb_migrations VALUES ('99-future'); CREATE TABLE of_the_future (x); COMMIT;")
        #expect(await status(fleet, d1) == "unavailable")
        #expect(fleet.troubles.all.last?.message.contains("newer") == true)
        try sqlite(fleet, "DELETE FROM grdb_migrations WHERE identifier = '99-future';")
        #expect(await status(fleet, d1) == "no-manifest")
    }

    @Test("One that is older than what was published from it answers nobody: who was revoked since would be let in")
    func restored() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        let tree = fleet.workspace.delivery
        try tree.publish(HighWaterMark(entries: 1_000_000, hash: .zero, epoch: 1))
        #expect(await status(fleet, d1) == "unavailable")
        let trouble = try #require(fleet.troubles.all.last)
        #expect(trouble.code == .guarded && trouble.advice.contains("recover --from-delivery"), "\(trouble)")
        try FileManager.default.removeItem(atPath: "\(tree.root)/\(HighWaterMark.file)")
        #expect(await status(fleet, d1) == "no-manifest")
    }

    /// Does something while another process holds a transaction open.
    private func holding(_ fleet: GateFleet, _ statements: String, _ body: () async throws -> Void) async throws {
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: TestPython.path)
        holder.arguments = [
            "-c",
            """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1], isolation_level=None)
            for statement in sys.argv[2].split(";"): c.execute(statement)
            print("held", flush=True)
            sys.stdin.read()
            """, fleet.workspace.configuration.inventory.text, statements,
        ]
        let (input, output) = (Pipe(), Pipe())
        (holder.standardInput, holder.standardOutput) = (input, output)
        try holder.run()
        #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).hasPrefix("held"))
        try await body()
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
    }

    @Test("One that another has for itself alone is answered with 503 until it is free")
    func locked() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        // Out of WAL mode, as after `VACUUM INTO` or a copy: a writer keeps readers out.
        try sqlite(fleet, "PRAGMA journal_mode = DELETE;")
        try await holding(fleet, "BEGIN EXCLUSIVE") {
            let response = await fleet.get("/v1/manifest", as: d1, at: GateFleet.now)
            #expect(response.code == "unavailable")
            #expect(response.retryAfter != nil)
            #expect(fleet.troubles.all.last?.code == .locked)
            // Who comes in the same second is not made to wait.
            #expect(await status(fleet, d1) == "unavailable")
        }
        #expect(await status(fleet, d1, at: 1) == "no-manifest")
    }

    @Test("A writer in the middle of its work changes nothing that is answered, and is not waited for")
    func writer() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        try await holding(fleet, "BEGIN IMMEDIATE; UPDATE certificates SET status = 'REVOKED'") {
            #expect(await status(fleet, d1) == "no-manifest")
        }
        try sqlite(fleet, "UPDATE certificates SET status = 'INACTIVE';")
        #expect(await status(fleet, d1) == "inactive")
    }

    @Test("A user who may not write the folder is told so: what he could read would be stale")
    func user() throws {
        let fleet = try GateFleet()
        let path = fleet.workspace.configuration.inventory.text
        // Tests may run as root, who may all.
        guard getuid() != 0 else { return }
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
        let error = #expect(throws: RotationError.self) { _ = try fleet.workspace.openInventory(.live) }
        #expect(error?.code == .permission)
    }
}

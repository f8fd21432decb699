import Foundation
import Testing

@Suite("What SQLite cannot do")
struct InventoryErrorTests {
    private static let commands = [
        ["run", "--at", now], ["plan", "--at", now], ["status", "--at", now], ["inventory", "list"],
        ["inventory", "export", "--format", "ndjson"], ["audit", "--verify"],
        ["revoke", "--device", "d-000000", "--reason", "superseded", "--at", now],
    ]

    @Test(
        "A damaged page is told with path, SQLite's number and advice by every command that meets it",
        arguments: ["key_kinds", "certificates", "audit", "runs", "devices"])
    func damaged(_ table: String) async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        let script = """
            import sqlite3, sys
            base = sqlite3.connect("fleet.sqlite")
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            page = base.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", sys.argv[1:]).fetchone()[0]
            size = base.execute("PRAGMA page_size").fetchone()[0]
            base.close()
            with open("fleet.sqlite", "r+b") as file:
                file.seek((page - 1) * size)
                file.write(bytes(size))
            """
        let prepared = try await Program.run(Program.python, ["-c", script, table], in: workspace.path)
        try #require(prepared.status == 0, prepared.story)
        var met = 0
        for command in InventoryErrorTests.commands {
            let output = try await Program.run(Program.rotationJob, command, in: workspace.path)
            #expect(!output.stderr.contains("Error: SQLite"), output.story)
            guard output.status != 0, output.stderr.contains("SQLite") else { continue }
            met += 1
            #expect(output.status == 1 && output.stderr.contains("fleet.sqlite: "), output.story)
            #expect(output.stderr.contains("SQLite 11") && output.stderr.contains("restore a backup"), output.story)
        }
        #expect(met > 0)
    }

    @Test("Too few descriptors are told as what they are: nobody is sent for a backup")
    func descriptors() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        var failures = 0
        for limit in 4...24 {
            let output = try await Program.shell(
                "ulimit -n \"$3\"; exec \"$1\" plan --at \"$2\"", [Program.rotationJob, now, "\(limit)"],
                in: workspace.path)
            if output.status != 0 { failures += 1 }
            #expect(output.status == 0 || !output.stderr.isEmpty, output.story)
            for word in ["damaged", "backup", "Error: SQLite"] {
                #expect(!output.stderr.contains(word), "\(limit): \(output.stderr)")
            }
        }
        #expect(failures > 0)
        try await workspace.job("run", "--at", now, expecting: 0)
    }
}

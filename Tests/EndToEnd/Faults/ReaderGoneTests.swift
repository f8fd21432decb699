import Foundation
import Testing

/// Runs the program with a standard output that nobody reads any more: a pipe whose other end is closed before it starts.
enum ReaderGone {
    static func run(_ arguments: [String], in folder: String) async throws -> Output {
        let script = """
            import os, subprocess, sys
            reading, writing = os.pipe()
            os.close(reading)
            sys.exit(subprocess.run(sys.argv[1:], stdout=writing).returncode)
            """
        return try await Program.run(
            Program.python, ["-B", "-c", script, Program.rotationJob] + arguments, in: folder)
    }
}

@Suite("A standard output that nobody reads, or that cannot be written")
struct ReaderGoneTests {
    /// Three devices that are due, and a limit that stops the run: so `run` ends with 3, `status` with 1, `plan --detailed-exitcode` with 2.
    private func stopped() async throws -> Workspace {
        let workspace = try await Workspace(limits: "limits: { issue: 2 }\n")
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        return workspace
    }

    @Test(
        "A reader that goes away does not change what the exit status says",
        arguments: [
            (["run"], 3), (["run", "--format", "json"], 3), (["status"], 1), (["status", "--json"], 1),
            (["plan", "--detailed-exitcode"], 2), (["plan", "--detailed-exitcode", "--format", "json"], 2),
            (["plan"], 0),
        ] as [([String], Int32)])
    func gone(_ arguments: [String], _ status: Int32) async throws {
        let workspace = try await stopped()
        let output = try await ReaderGone.run(arguments + ["--at", now], in: workspace.path)
        #expect(output.status == status, output.story)
    }

    @Test("An import with rejected rows ends with 65, a broken audit with 1, a listing with 0, whoever reads")
    func others() async throws {
        let workspace = try await stopped()
        try workspace.write("bad.csv", "device_id,account,status,certificate\nd,1,ACTIVE,none\n")
        #expect(try await ReaderGone.run(["inventory", "import", "bad.csv"], in: workspace.path).status == 65)
        for listing in [["inventory", "list"], ["inventory", "export", "--format", "ndjson"], ["audit"]] {
            let output = try await ReaderGone.run(listing, in: workspace.path)
            #expect(output.status == 0 && output.stderr == "", output.story)
        }
        let broken = try await Program.run(
            Program.python,
            [
                "-c",
                """
                import sqlite3
                base = sqlite3.connect("fleet.sqlite")
                base.execute("DROP TRIGGER audit_is_not_changed")
                base.execute("UPDATE audit SET actor = 'nobody' WHERE id = 1")
                base.commit()
                """,
            ], in: workspace.path)
        #expect(broken.status == 0, broken.story)
        #expect(try await ReaderGone.run(["audit"], in: workspace.path).status == 1)
    }

    @Test(
        "Where standard output is full or closed the run is done, says so on standard error, and its report is there",
        arguments: [">/dev/full", ">&-", ">&- <&-"])
    func unwritable(_ redirection: String) async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        let output = try await Program.shell(
            "exec \"$1\" run --at \"$2\" \(redirection)", [Program.rotationJob, now], in: workspace.path)
        #expect(output.status == 0, output.story)
        #expect(output.stderr.contains("the run is done") && output.stderr.contains("reports/run-"), output.story)
        #expect(workspace.names(in: "reports").map { ($0 as NSString).pathExtension } == ["html", "json"])
        #expect(Tree(workspace.path + "/delivery").files.count { $0.hasSuffix(".jws") } == 3)
        // Nothing that is printed may go into a file that took the stream's number.
        #expect(try workspace.text("fleet.sqlite.lock").allSatisfy { $0.isNumber || $0.isNewline })
        try await workspace.job("audit", "--verify", expecting: 0)
    }

    @Test("A result that nobody gets is an error where there is nothing else", arguments: [["plan"], ["status"]])
    func nothingElse(_ arguments: [String]) async throws {
        let workspace = try await Workspace()
        let output = try await Program.shell(
            "exec \"$@\" >/dev/full", [Program.rotationJob] + arguments + ["--at", now], in: workspace.path)
        #expect(output.status == 1 && output.stderr.contains("cannot write the result"), output.story)
    }
}

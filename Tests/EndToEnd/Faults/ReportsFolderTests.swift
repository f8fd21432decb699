import Foundation
import Testing

/// Whether this user may have file systems of its own (unshare(1)).
enum OwnMounts {
    static let command = geteuid() == 0 ? ["unshare", "-m"] : ["unshare", "-rm"]

    static let areAllowed: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command + ["mount", "-t", "tmpfs", "none", "/mnt"]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Runs a script that may mount.
    static func shell(_ script: String, _ arguments: [String], in folder: String) async throws -> Output {
        try await Program.run("/usr/bin/env", command + ["sh", "-c", script, "sh"] + arguments, in: folder)
    }
}

@Suite("The folder of reports")
struct ReportsFolderTests {
    private func due(_ count: Int = 3) async throws -> Workspace {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": \#(count)}}"#)
        return workspace
    }

    @Test("One that is missing is made")
    func missing() async throws {
        let workspace = try await due()
        try FileManager.default.removeItem(atPath: workspace.path + "/reports")
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(workspace.names(in: "reports").map { ($0 as NSString).pathExtension } == ["html", "json"])
    }

    @Test(
        "Where no report can be written, that is said before anything is done", arguments: ["file", "closed", "link"])
    func unusable(_ kind: String) async throws {
        let workspace = try await due()
        let job = try await Unprivileged(workspace)
        let reports = workspace.path + "/reports"
        switch kind {
        case "closed": chmod(reports, 0o555)
        default:
            try FileManager.default.removeItem(atPath: reports)
            if kind == "file" { try workspace.write("reports", "") }
            if kind == "link" { symlink("/nowhere/at/all", reports) }
        }
        let before = try await workspace.export()
        let refused = try await job.run(["run", "--at", now])
        #expect([1, 77].contains(refused.status) && refused.stderr.contains("reports"), refused.story)
        #expect(refused.stderr.contains("nothing was done"), refused.story)
        #expect(try await workspace.export() == before)
        #expect(Tree(workspace.path + "/delivery").files == [])
        #expect(workspace.names(in: "inbox/csr").count == 3)
        let order = ["revoke", "--device", "d-000000", "--reason", "superseded", "--now", "--at", now]
        #expect([1, 77].contains(try await job.run(order).status))
        #expect(try await workspace.job("audit", expecting: 0).stdout.contains("revocation-ordered") == false)
    }

    @Test("So is it of a file that --report or --html names", arguments: ["--report", "--html"])
    func namedFile(_ option: String) async throws {
        let workspace = try await due()
        let before = try await workspace.export()
        for path in ["nowhere/report", "policies"] {
            let refused = try await workspace.job("run", "--at", now, option, path, expecting: 1)
            #expect(refused.stderr.contains(path), refused.story)
        }
        #expect(try await workspace.export() == before)
        #expect(Tree(workspace.path).files.filter { $0.hasSuffix(".new") } == [])
    }

    @Test(
        "A report for which there is no space is written by the next run, from the records",
        .enabled(if: OwnMounts.areAllowed))
    func full() async throws {
        let workspace = try await due(40)
        let output = try await OwnMounts.shell(
            """
            mount -t tmpfs -o size=4k none reports; "$1" run --at "$2"; echo "first $?"; ls -A reports
            mount -o remount,size=10m reports; "$1" run --at "$2"; echo "second $?"; ls -A reports
            cp -a reports kept
            """, [Program.rotationJob, now], in: workspace.path)
        #expect(output.stdout.contains("first 3") && output.stdout.contains("second 0"), output.story)
        #expect(output.stderr.contains("the next run writes its report"), output.story)
        let files = workspace.names(in: "kept")
        #expect(files.count == 4 && files.allSatisfy { !$0.hasPrefix(".") }, "\(files)")
        // Two runs of one second have names in any order.
        let first = try #require(
            files.first { try $0.hasSuffix(".json") && workspace.text("kept/\($0)").contains(#""from":"records""#) })
        #expect(try workspace.text("kept/\(first)").contains(#""issued":40"#))
        #expect(try workspace.text("kept/\(first.dropLast(4))html").contains("d-000039"))
    }
}

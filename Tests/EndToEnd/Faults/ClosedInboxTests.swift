import Foundation
import Testing

@Suite("An inbox that cannot be emptied")
struct ClosedInboxTests {
    /// Actions of the audit about what was handed in.
    private func entries(_ workspace: Workspace) async throws -> [String] {
        let lines = try await workspace.job("audit", "--json", expecting: 0).stdout.split(separator: "\n")
        return lines.compactMap { line in
            line.firstMatch(of: /"action":"(?<action>csr-taken|csr-refused|confirmed|confirmation-refused)"/).map {
                String($0.output.action)
            }
        }.sorted()
    }

    private func filled() async throws -> Workspace {
        let workspace = try await Workspace()
        try await workspace.add(
            devices:
                #"{"bulk": {"count": 3, "csr": false}, "devices": [{"device": "early", "certificates": [{"left": 50}], "csr": {}}]}"#
        )
        try FileManager.default.removeItem(atPath: workspace.path + "/inbox/csr/early.csr")
        for _ in 0..<2 {
            try await workspace.job("run", "--at", now, expecting: 0)
            try await workspace.answer(at: now)
        }
        try FileManager.default.copyItem(
            atPath: workspace.scratch + "/csr/early.csr", toPath: workspace.path + "/inbox/csr/early.csr")
        try workspace.write("inbox/csr/nobody.csr", "nothing")
        try workspace.write("inbox/ack/d-nobody.jws", "nothing")
        return workspace
    }

    /// What the runs take of it, however many they are.
    private static let taken =
        ["confirmation-refused", "csr-refused", "csr-taken"] + Array(repeating: "confirmed", count: 3)

    @Test("What was taken stays taken, once, what was refused is refused once, and the folder is named")
    func closedFolders() async throws {
        let workspace = try await filled()
        let before = try await entries(workspace)
        let job = try await Unprivileged(workspace)
        for folder in ["csr", "ack"] { chmod(workspace.path + "/inbox/" + folder, 0o555) }
        let later = ["2026-12-01T01:00:00Z", "2026-12-10T01:00:00Z", "2026-12-10T02:00:00Z"]
        for time in later {
            let run = try await job.run(["run", "--at", time])
            #expect(run.status == 3, run.story)
            #expect(run.stderr.contains("inbox/ack: it cannot be written (Permission denied)"), run.story)
            #expect(run.stdout.components(separatedBy: "it cannot be written").count <= 4, run.story)
            #expect(
                try await entries(workspace) == (before + ClosedInboxTests.taken).sorted(), run.story)
        }
        for folder in ["csr", "ack"] { chmod(workspace.path + "/inbox/" + folder, 0o755) }
        let last = try await job.run(["run", "--at", later[2]])
        #expect(last.status == 0 && workspace.names(in: "inbox/ack") == [], last.story)
        #expect(workspace.names(in: "inbox/rejected").contains("nobody.csr"))
        #expect(try await entries(workspace) == (before + ClosedInboxTests.taken).sorted())
        // The same bytes in a new file are handed in anew.
        try workspace.write("inbox/ack/d-nobody.jws", "nothing")
        #expect(try await job.run(["run", "--at", later[2]]).status == 0)
        #expect(try await entries(workspace).count { $0 == "confirmation-refused" } == 2)
    }

    @Test("So it is where the whole inbox is mounted read-only", .enabled(if: OwnMounts.areAllowed))
    func readOnlyMount() async throws {
        let workspace = try await filled()
        let before = try await entries(workspace)
        chmod(workspace.path + "/inbox", 0o770)
        let output = try await OwnMounts.shell(
            """
            mount --bind inbox inbox && mount -o remount,ro,bind inbox || exit 9
            for hour in 1 2 3; do "$1" run --at "2026-12-01T0$hour:00:00Z"; echo "status $?"; done
            """, [Program.rotationJob], in: workspace.path)
        #expect(output.stdout.components(separatedBy: "status 3\n").count == 4, output.story)
        #expect(output.stderr.contains("inbox/ack: it cannot be written (Read-only file system)"), output.story)
        #expect(try await entries(workspace) == (before + ClosedInboxTests.taken).sorted())
        let last = try await workspace.job("run", "--at", "2026-12-01T04:00:00Z", expecting: 0)
        #expect(last.stdout.contains("nothing taken, 2 moved"), last.story)
        #expect(try await entries(workspace) == (before + ClosedInboxTests.taken).sorted())
    }
}

import Foundation
import Testing

/// Whoever fills the inbox is another user than the job, and may do in it what his rights allow.
@Suite("A stranger in the inbox")
struct StrangerTests {
    struct Attack: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// What the stranger does in the workspace. A step that its rights do not allow fails.
        let script: String
        /// Puts back what the operator will find broken.
        var mending = ":"
    }

    private static let attacks = [
        Attack(
            testDescription: "csr is a link to the keys",
            script: "mv inbox/csr inbox/was; ln -s ../authorities inbox/csr",
            mending: "rm inbox/csr; mv inbox/was inbox/csr"),
        Attack(
            testDescription: "ack is a link to the keys",
            script: "mv inbox/ack inbox/was; ln -s ../authorities inbox/ack",
            mending: "rm inbox/ack; mv inbox/was inbox/ack"),
        Attack(
            testDescription: "rejected is a link to the workspace",
            script: """
                mv inbox/rejected inbox/was; ln -s .. inbox/rejected
                echo 'version: 2' > inbox/csr/rotation.yaml; echo junk > inbox/csr/fleet.sqlite
                """, mending: "rm inbox/rejected; mv inbox/was inbox/rejected"),
        Attack(
            testDescription: "rejected is a link to what devices fetch",
            script: "mv inbox/rejected inbox/was; ln -s ../delivery inbox/rejected; echo junk > inbox/csr/keys.json",
            mending: "rm inbox/rejected; mv inbox/was inbox/rejected"),
        Attack(
            testDescription: "rejected is a link to the policies",
            script: "mv inbox/rejected inbox/was; ln -s ../policies inbox/rejected; echo junk > inbox/ack/simple.yaml",
            mending: "rm inbox/rejected; mv inbox/was inbox/rejected"),
        Attack(
            testDescription: "csr is a file", script: "mv inbox/csr inbox/was; echo junk > inbox/csr",
            mending: "rm inbox/csr; mv inbox/was inbox/csr"),
        Attack(
            testDescription: "links to files that the job may read",
            script: """
                ln -s ../../authorities/ca-1.key inbox/csr/d2.csr; ln -s ../../authorities/manifest.key inbox/ack/d1.jws
                ln -s ../../rotation.yaml inbox/csr/yaml; ln -s ../../authorities inbox/csr/folder.csr
                """),
        Attack(
            testDescription: "hard links to files that the job may read",
            script:
                "for f in authorities/ca-1.key rotation.yaml fleet.sqlite; do ln $f inbox/csr/$(basename $f).csr; done"),
        Attack(
            testDescription: "a pipe, a folder, a file that nobody may read",
            script: """
                mkfifo inbox/csr/p.csr inbox/ack/p.jws; mkdir -p inbox/csr/f.csr/../f.csr/in; echo junk > inbox/csr/d3.csr
                chmod 000 inbox/csr/d3.csr
                """, mending: "rm -f inbox/csr/d3.csr"),
        Attack(
            testDescription: "names that mean something elsewhere",
            script:
                "cd inbox/csr; for n in -rf.csr '$(id).csr' '..%2Fx.csr' '*' 'a b.csr' .. ; do echo junk > \"./$n\"; done"
        ),
    ]

    @Test("reaches nothing outside it, whatever stands there, and nothing is lost", arguments: attacks, [0o770, 0o750])
    func attacked(_ attack: Attack, inboxMode: Int) async throws {
        let (workspace, job) = try await scene()
        chmod(workspace.path + "/inbox", mode_t(inboxMode))
        let before = Guarded(workspace)
        let tried = try await job.asStranger(attack.script)

        let run = try await job.run(["run", "--at", now])
        #expect(run.signal == nil && [0, 3].contains(run.status), run.story)
        #expect(Guarded(workspace).differences(from: before) == [], tried.story)
        #expect(try leaked(workspace) == [])
        #expect(try modeOf(workspace.path + "/inbox") & 0o022 == 0, "nobody else renames folders in it after a run")

        _ = try await job.asStranger(attack.mending)
        try await repair(workspace, attack.mending)
        let next = try await job.run(["run", "--at", now])
        #expect(next.status == 0, next.story)
        #expect(try workspace.manifest("d1").action == "install")
    }

    @Test("who owns the inbox and swaps its folders while runs work reaches nothing outside it")
    func swapped() async throws {
        let (workspace, job) = try await scene()
        if geteuid() == 0 { chown(workspace.path + "/inbox", Unprivileged.stranger, 65_534) }
        chmod(workspace.path + "/inbox", 0o770)
        let before = Guarded(workspace)
        let swapping = try job.startAsStranger(
            """
            cd inbox; ln -s ../authorities keys; ln -s .. up
            for f in ca-1.key manifest.key rotation.yaml fleet.sqlite keys.json; do echo junk > csr/$f; done
            i=0; while [ $i -lt 300 ] && [ ! -e ack/stop ]; do
              i=$((i + 1)); for n in 1 2 3 4 5; do echo junk > csr/x$i-$n.csr; done
              mv csr was; mv -T keys csr; mv -T csr keys; mv was csr
              mv rejected old; mv -T up rejected; mv -T rejected up; mv old rejected
            done
            """)
        for _ in 1...4 {
            let run = try await job.run(["run", "--at", now])
            #expect(run.signal == nil && [0, 3].contains(run.status), run.story)
        }
        try Data().write(to: URL(fileURLWithPath: workspace.path + "/inbox/ack/stop"))
        _ = await swapping.output()
        #expect(Guarded(workspace).differences(from: before) == [])
        #expect(try leaked(workspace) == [])
    }

    @Test(
        "a file that the job may not read is told of in the plan, the run, its report and the status, and is taken when it may"
    )
    func unreadable() async throws {
        let (workspace, job) = try await scene()
        guard geteuid() == 0 else { return try await unreadableToItself(workspace, job) }
        try FileManager.default.copyItem(
            atPath: workspace.path + "/inbox/csr/d1.csr", toPath: workspace.scratch + "/d1.csr")
        chmod(workspace.scratch, 0o755)
        chmod(workspace.scratch + "/d1.csr", 0o644)
        try FileManager.default.removeItem(atPath: workspace.path + "/inbox/csr/d1.csr")
        let put = try await job.asStranger(
            "cp '\(workspace.scratch)/d1.csr' inbox/csr/d1.csr && chmod 600 inbox/csr/d1.csr")
        try #require(put.status == 0, put.story)
        try await expectTold(workspace, job, "inbox/csr/d1.csr")
        let opened = try await job.asStranger("chmod 644 inbox/csr/d1.csr")
        #expect(opened.status == 0)
        try await expectIssued(workspace, job)
    }

    private func unreadableToItself(_ workspace: Workspace, _ job: Unprivileged) async throws {
        chmod(workspace.path + "/inbox/csr/d1.csr", 0)
        try await expectTold(workspace, job, "inbox/csr/d1.csr")
        chmod(workspace.path + "/inbox/csr/d1.csr", 0o644)
        try await expectIssued(workspace, job)
    }

    private func expectTold(_ workspace: Workspace, _ job: Unprivileged, _ file: String) async throws {
        let plan = try await job.run(["plan", "--at", now])
        #expect(plan.stdout.contains(file), plan.story)
        let run = try await job.run(["run", "--at", now, "--format", "json"])
        #expect(run.status == 3 && run.stderr.contains(file), run.story)
        #expect(run.stdout.contains(#""obstacles":["\#(file): "#), run.story)
        #expect(Tree(workspace.path).entries[file] != nil, "it stays where it is")
    }

    private func expectIssued(_ workspace: Workspace, _ job: Unprivileged) async throws {
        let next = try await job.run(["run", "--at", now])
        #expect(next.status == 0, next.story)
        #expect(try workspace.manifest("d1").action == "install")
    }

    @Test("who may read the lock's file cannot hold the lock")
    func lock() async throws {
        let (workspace, job) = try await scene()
        let first = try await job.run(["run", "--at", now])
        #expect(first.status == 0, first.story)
        // As an earlier version left it.
        chmod(workspace.path + "/fleet.sqlite.lock", 0o640)
        let again = try await job.run(["run", "--at", now])
        #expect(again.status == 0, again.story)
        #expect(try modeOf(workspace.path + "/fleet.sqlite.lock") == 0o600)
        guard geteuid() == 0 else { return }
        let held = try await job.asStranger("flock --nonblock fleet.sqlite.lock true")
        #expect(held.status != 0, held.story)
    }

    // MARK: The scene

    /// A workspace of the job's user, in which d1 is due and has handed a CSR in; the inbox's folders are the group's too.
    private func scene() async throws -> (Workspace, Unprivileged) {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: #"{"devices": [{"device": "d1", "certificates": [{"left": 5, "lifetime": 90}], "csr": {}}]}"#)
        // What runs make anyway is there before anything is compared.
        try await workspace.job("plan", "--at", now, expecting: 0)
        return (workspace, try await Unprivileged(workspace))
    }

    /// Where the stranger could not, the operator does.
    private func repair(_ workspace: Workspace, _ mending: String) async throws {
        guard geteuid() == 0 else { return }
        _ = try await Program.shell("[ -e inbox/was ] || exit 0; \(mending)", in: workspace.path)
    }

    private func modeOf(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    /// Files of the inbox that hold what was outside it.
    private func leaked(_ workspace: Workspace) throws -> [String] {
        try Tree(workspace.path + "/inbox").files.filter { file in
            let path = workspace.path + "/inbox/" + file
            // A second name that the stranger made himself is his doing; the file is where it was, and closed as it was.
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            guard attributes[.referenceCount] as? Int == 1 else { return false }
            let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
            return text.contains("PRIVATE KEY") || text.contains("version: 1\ninventory")
        }
    }
}

/// What nobody changes through the inbox: the configuration, the policies, the keys, what devices trust.
private struct Guarded {
    private let tree: [String: String]
    /// What devices know manifests by; empty before the first run.
    private let keys: String

    init(_ workspace: Workspace) {
        keys = (try? workspace.text("delivery/keys.json")) ?? ""
        tree = Tree(workspace.path).entries.filter { path, _ in
            ["authorities", "policies", "rotation.yaml"].contains { path.hasPrefix($0) } || !path.contains("/")
        }
    }

    /// The inventory is written to by every run: what counts is that it is one.
    func differences(from before: Guarded) -> [String] {
        let names = Set(tree.keys).union(before.tree.keys).filter { name in
            !["fleet.sqlite", "inbox", "delivery", "reports"].contains { name.hasPrefix($0) }
                && tree[name] != before.tree[name]
        }
        let database = tree["fleet.sqlite"] ?? ""
        let isOne = database.contains(Data("SQLite format 3".utf8).base64EncodedString())
        return (isOne ? [] : ["fleet.sqlite"]) + (keys.contains("junk") ? ["delivery/keys.json"] : []) + names.sorted()
    }
}

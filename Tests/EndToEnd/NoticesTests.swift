import Foundation
import Testing

@Suite("Notices")
struct NoticesTests {
    private struct Notice: Decodable {
        let version: Int
        let event: String
        let text: String
        let advice: String
        let count: Int?
        let devices: [String]
        let run: String?
        let at: String
        let host: String
        let workspace: String
    }

    /// A program that keeps what it is given, a line a notice.
    private static let keeping = "#!/bin/sh\ncat >> \"$1\"\n"

    private func fleet(
        _ count: Int = 3, on events: String, program: String = NoticesTests.keeping, limits: String = "",
        policies: (String) -> String = { $0 }
    ) async throws -> Workspace {
        let workspace = try await Workspace(
            limits: "\(limits)notify: [{ on: [\(events)], command: [./tell, told.ndjson] }]\n", edit: policies)
        try workspace.write("tell", program)
        chmod(workspace.path + "/tell", 0o755)
        try await workspace.add(devices: #"{"bulk": {"count": \#(count)}}"#)
        return workspace
    }

    private func told(_ workspace: Workspace) throws -> [Notice] {
        guard let text = try? workspace.text("told.ndjson") else { return [] }
        return try text.split(separator: "\n").map { try JSONDecoder().decode(Notice.self, from: Data($0.utf8)) }
    }

    private static let everything =
        "failed, guard, halted, stuck, expiring-held, revoked, authority-ending, clock"

    @Test("A run in which nothing happens that anybody asked for tells nobody")
    func quiet() async throws {
        let workspace = try await fleet(on: "failed, guard, revoked, clock")
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try told(workspace).isEmpty)
    }

    @Test("A guard, and what was revoked, are told once a run, with the run, the devices and what to do")
    func guardAndRevoked() async throws {
        let workspace = try await fleet(on: "guard, revoked", limits: "limits: { issue: 1, revoke: 100% }\n")
        try await workspace.job("run", "--at", now, expecting: 3)
        let stopped = try #require(try told(workspace).first)
        #expect(stopped.event == "guard" && stopped.version == 1 && stopped.run != nil && stopped.at == now)
        #expect(stopped.text.contains("limits.issue") && stopped.advice.contains("rotation-job plan"))
        #expect(stopped.workspace.hasSuffix("/workspace") && !stopped.host.isEmpty)
        _ = try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--now", "--at", now)
        let revoked = try #require(try told(workspace).first { $0.event == "revoked" })
        #expect(revoked.count == 1 && revoked.devices == ["d-000001"] && revoked.text == "1 certificate revoked")
    }

    @Test("A clock that may be wrong, and a run that fails, are told though no run came to be")
    func errors() async throws {
        let workspace = try await fleet(on: "clock, failed")
        try await workspace.job("run", "--at", now, expecting: 0)
        try await workspace.job("run", "--at", "2030-12-01T00:00:00Z", expecting: 3)
        let clock = try #require(try told(workspace).first)
        #expect(clock.event == "clock" && clock.run == nil && clock.advice.contains("--accept-time"))
        try FileManager.default.removeItem(atPath: workspace.path + "/authorities/ca-1.key")
        let failed = try await workspace.job("run", "--at", now)
        #expect(failed.status != 0)
        #expect(try told(workspace).map(\.event) == ["clock", "failed"])
        #expect(try told(workspace).last?.text.contains("ca-1.key") == true)
    }

    @Test("One that leaves a program behind has done its work when it has ended")
    func leavesOneBehind() async throws {
        let workspace = try await fleet(
            1, on: "clock", program: "#!/bin/sh\ncat >> \"$1\"\nsleep 40 &\nexit 0\n")
        try await workspace.job("run", "--at", now, expecting: 0)
        let output = try await workspace.job("run", "--at", "2030-12-01T00:00:00Z", expecting: 3)
        #expect(!output.stderr.contains("nobody was told"), output.story)
        #expect(try told(workspace).map(\.event) == ["clock"])
    }

    @Test("A mistake in a policy is told in a sentence with its place")
    func policyMistake() async throws {
        let workspace = try await fleet(1, on: "failed")
        try workspace.write("policies/broken.yaml", "version: 1\npolicies: [{ name: [] }]\n")
        try await workspace.job("run", "--at", now, expecting: 65)
        let failed = try #require(try told(workspace).first)
        #expect(failed.event == "failed")
        #expect(failed.text.contains("in the policies: policies/broken.yaml:2"), "\(failed.text)")
    }

    @Test("Devices that are stuck, and an authority that ends, are told")
    func later() async throws {
        let workspace = try await fleet(
            on: "stuck, authority-ending", policies: { $0.replacing("confirmWithin: 30d", with: "confirmWithin: 1d") })
        try await workspace.job("run", "--at", now, expecting: 0)
        _ = try await workspace.job("run", "--accept-time", "2027-01-15T00:00:00Z")
        let stuck = try #require(try told(workspace).first { $0.event == "stuck" })
        #expect(stuck.count == 3 && stuck.devices.sorted() == ["d-000000", "d-000001", "d-000002"])
    }

    @Test("A program that fails is tried three times, and is a warning with what it said; the run's status is its own")
    func failing() async throws {
        let workspace = try await fleet(
            on: "revoked", program: "#!/bin/sh\necho try >> tries\necho 'no route to the pager' >&2\nexit 7\n",
            limits: "limits: { revoke: 100% }\n")
        let output = try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "superseded", "--now", "--at", now, expecting: 0)
        #expect(output.stderr.contains("nobody was told of `revoked`") && output.stderr.contains("exit status 7"))
        #expect(output.stderr.contains("no route to the pager"), output.story)
        #expect(try workspace.text("tries").split(separator: "\n").count == 3)
    }

    @Test("One that cannot be started, or that reads nothing, harms nothing")
    func absent() async throws {
        let workspace = try await fleet(
            on: "revoked", program: "#!/bin/sh\nexit 0\n", limits: "limits: { revoke: 100% }\n")
        try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "superseded", "--now", "--at", now, expecting: 0)
        try FileManager.default.removeItem(atPath: workspace.path + "/tell")
        let output = try await workspace.job(
            "revoke", "--device", "d-000002", "--reason", "superseded", "--now", "--at", now, expecting: 0)
        #expect(output.stderr.contains("it cannot be started"), output.story)
    }

    @Test(
        "Mistakes in `notify` are told with their place",
        arguments: [
            ("[{ on: [faild], command: [./tell] }]", "faild"), ("[{ on: [failed], command: tell }]", "must be a list"),
            ("[{ on: [failed], command: [tell] }]", "no path of a program"), ("[{ on: [failed] }]", "command"),
        ])
    func mistakes(_ text: String, _ named: String) async throws {
        let workspace = try await Workspace(limits: "notify: \(text)\n")
        let output = try await workspace.job("plan", "--at", now, expecting: 78)
        #expect(output.stderr.contains(named) && output.stderr.contains("rotation.yaml:"), output.story)
    }

    // MARK: Those that are shipped

    private static let notice = #"""
        {"version":1,"event":"guard","text":"it \"may\" not","advice":"rotation-job plan","count":null,"devices":[],"run":"r1","at":"2026-12-01T00:00:00Z","host":"pki","workspace":"/var/lib/rotation-job"}

        """#

    @Test("notices/mail hands sendmail a message with the event in its subject and the sentence in its text")
    func mail() async throws {
        let folder = try TemporaryDirectory()
        let sendmail = folder / "sendmail"
        try Data("#!/bin/sh\necho \"$@\" > \(folder / "arguments")\ncat > \(folder / "message")\n".utf8)
            .write(to: URL(fileURLWithPath: sendmail))
        chmod(sendmail, 0o755)
        let output = try await DeviceAgent.program(
            [Package.root + "/notices/mail", "ops@example.com", "pki@example.com"],
            input: Data(NoticesTests.notice.utf8), environment: ["SENDMAIL": sendmail])
        #expect(output.status == 0, output.story)
        let message = try String(contentsOfFile: folder / "message", encoding: .utf8)
        #expect(message.hasPrefix("To: ops@example.com, pki@example.com\nSubject: rotation-job on pki: guard\n"))
        #expect(message.contains("\n\nit \"may\" not\n") && message.contains("What to do: rotation-job plan\n"))
        #expect(try String(contentsOfFile: folder / "arguments", encoding: .utf8).contains("-i -- ops@example.com"))
    }

    @Test(
        "They refuse what is no notice, no address and no server",
        arguments: [
            (["mail", "ops@example.com"], "{}", 65), (["mail", "-f"], "", 64), (["mail"], "", 64),
            (["webhook", "http://example.com/"], "", 64), (["webhook"], "", 64), (["journal"], "{}", 65),
            (["journal", "9"], "", 64),
        ] as [([String], String, Int32)])
    func refusals(_ command: [String], _ input: String, _ status: Int32) async throws {
        let output = try await DeviceAgent.program(
            [Package.root + "/notices/" + command[0]] + command.dropFirst(), input: Data(input.utf8))
        #expect(output.status == status && !output.stderr.isEmpty, output.story)
    }

    @Test("notices/webhook sends the notice as it is, with headers from a file")
    func webhook() async throws {
        let folder = try TemporaryDirectory()
        let server = try Program.start(
            Program.python, ["-B", Package.tools + "/take_post.py", folder / "port", folder / "request"])
        while !FileManager.default.fileExists(atPath: folder / "port") { try #require(server.isRunning) }
        let port = try String(contentsOfFile: folder / "port", encoding: .utf8)
        try Data("Authorization: Bearer secret\n".utf8).write(to: URL(fileURLWithPath: folder / "headers"))
        let output = try await DeviceAgent.program(
            [Package.root + "/notices/webhook", "http://127.0.0.1:\(port)/hook", folder / "headers"],
            input: Data(NoticesTests.notice.utf8), environment: ["NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"])
        #expect(output.status == 0, output.story)
        _ = await server.output()
        let request = try String(contentsOfFile: folder / "request", encoding: .utf8)
        #expect(request.contains("Authorization: Bearer secret") && request.contains("Content-Type: application/json"))
        #expect(request.hasSuffix(NoticesTests.notice.trimmingCharacters(in: .newlines)))
    }
}

import Foundation
import Testing

/// Runs the program as a user whom file permissions bind: this one, or where this one is root, nobody.
struct Unprivileged {
    private static let nobody: UInt32 = 65_534
    /// Who fills the inbox: another user, of the job's group.
    static let stranger: UInt32 = 65_533
    private let workspace: Workspace
    private let command: [String]

    init(_ workspace: Workspace) async throws {
        self.workspace = workspace
        guard geteuid() == 0 else {
            command = [Program.rotationJob]
            return
        }
        // The build folder may lie where nobody can go.
        let copy = workspace.scratch + "/rotation-job"
        try FileManager.default.copyItem(atPath: Program.rotationJob, toPath: copy)
        let owned = try await Program.run(
            "/usr/bin/env", ["chown", "-R", "\(Self.nobody):\(Self.nobody)", workspace.path])
        try #require(owned.status == 0, owned.story)
        command = ["setpriv", "--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups", copy]
        let works = try await Program.run("/usr/bin/env", command + ["--version"])
        try #require(works.status == 0, "nobody cannot run the program: \(works.stderr)")
    }

    func run(_ arguments: [String]) async throws -> Output {
        try await Program.run("/usr/bin/env", command + arguments, in: workspace.path)
    }

    func start(_ arguments: [String]) throws -> Running {
        try Program.start("/usr/bin/env", command + arguments, in: workspace.path)
    }

    /// Runs a script in the workspace as ``stranger``; where this user is not root, as this one.
    func asStranger(_ script: String) async throws -> Output {
        try await Program.run("/usr/bin/env", Self.strangersCommand(script), in: workspace.path)
    }

    func startAsStranger(_ script: String) throws -> Running {
        try Program.start("/usr/bin/env", Self.strangersCommand(script), in: workspace.path)
    }

    private static func strangersCommand(_ script: String) -> [String] {
        let user =
            geteuid() == 0 ? ["setpriv", "--reuid=\(stranger)", "--regid=\(nobody)", "--clear-groups"] : []
        return user + ["sh", "-c", "umask 002; \(script)"]
    }
}

import Foundation
import Testing

/// A run in the middle of its work: it has issued its first batch, waits for its next minute to begin (`limits.issuePerMinute`), and is halted
/// there: however long a test takes on a busy machine, that minute does not come.
struct HeldRun {
    static let limits = "limits: { issuePerMinute: 2, revoke: 100% }\n"
    let workspace: Workspace
    let process: Running

    /// - Parameter devices: that are due; two of them are in the first batch.
    init(devices: Int = 5) async throws {
        workspace = try await Workspace(limits: HeldRun.limits)
        try await workspace.add(devices: #"{"bulk": {"count": \#(devices)}}"#)
        process = try Program.start(Program.rotationJob, ["run", "--at", now], in: workspace.path)
        while try await workspace.export().components(separatedBy: "PENDING_ACTIVATION").count < 3 {
            try #require(process.isRunning, "it did not wait")
        }
        while manifests.count < 2 { try #require(process.isRunning, "it did not wait") }
        // What it has to record of them is recorded by then: nobody waits for a transaction of its.
        try await Task.sleep(for: .seconds(2))
        process.send(SIGSTOP)
    }

    var manifests: [String] { Tree(workspace.path + "/delivery").files.filter { $0.hasSuffix(".jws") } }

    /// Asks it to stop, and waits for its end.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) async -> Output {
        process.send(signal)
        process.send(SIGCONT)
        return await process.output()
    }
}

import ArgumentParser
import Job
import Reports

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Last runs, what is due, what is under way, what is stuck.",
        discussion: "Exit status 1 when something needs a person.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Flag(help: "Write JSON.")
    var json = false

    func run() async throws {
        let workspace = try options.workspace()
        let progress = options.progress()
        workspace.tellOfPassedOverPolicies(progress)
        let status = try await FleetStatus.read(workspace, at: at.timestamp, observer: progress)
        if json {
            try Console.write(StatusJSON(status).bytes)
        } else {
            try Console.print(StatusText(status, style: options.style).text)
        }
        MetricsFile(workspace: workspace, observer: progress).write(status)
        if !status.attention.isEmpty { throw ExitCode(ExitStatus.failed) }
    }
}

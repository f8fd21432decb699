import ArgumentParser
import Job
import Reports

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what a newcomer to this workspace and machine would trip over.",
        discussion: """
            Looks at permissions, keys, policies, devices that nobody looks after, clock, disks, what starts the job, the gate, and whether \
            revocation lists are served; changes nothing. Each finding is a line: where it is, what it is, the command that mends it. \
            Exit status 1 when there is any. Start it as the user that runs the job.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Flag(help: "Write JSON.")
    var json = false

    @Flag(
        name: .customLong("workspace-only"),
        help:
            "Look at the workspace alone, not at what starts the job, sets the clock, serves lists and listens for devices."
    )
    var workspaceOnly = false

    func run() async throws {
        var report = FindingsReport(.doctor, at: at.timestamp, style: options.style, isJSON: json)
        try Console.write(report.head())
        let doctor = Doctor(
            configuredBy: options.config, at: at.timestamp, scope: workspaceOnly ? .workspace : .machine,
            observer: options.progress())
        let count = try await doctor.examine { try Console.write(report.line($0)) }
        try Console.write(report.end())
        if count > 0 { throw ExitCode(ExitStatus.failed) }
    }
}

import ArgumentParser
import Reports
import Rotation

enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case csv
    case html
}

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what a run would do, and why; change nothing.",
        discussion:
            "The same planner decides for `run`. Exit status 0; with --detailed-exitcode 2 when a run would change something."
    )

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Option(help: "How the plan is written.")
    var format: PlanFormat = .text

    @Option(help: ArgumentHelp("Write the plan to a file instead of standard output.", valueName: "file"))
    var output: String?

    @Flag(name: .customLong("detailed-exitcode"), help: "Exit with 2 when a run would change something.")
    var detailedExitCode = false

    func run() async throws {
        let progress = options.progress()
        let plan = try await DryRun(options.workspace(), at: at.timestamp, observer: progress).plan()
        // A file gets no colours.
        let style = output == nil ? options.style : .plain
        try Console.deliver(to: output) { write in
            switch format {
            case .text: try write(Array(PlanText(plan, style: style).text.utf8))
            case .json: try PlanJSON(plan).write(write)
            case .csv: try PlanCSV(plan).write(write)
            case .html: try PlanHTML(plan).write(write)
            }
        }
        if detailedExitCode && plan.hasChanges { throw ExitCode(ExitStatus.changes) }
    }
}

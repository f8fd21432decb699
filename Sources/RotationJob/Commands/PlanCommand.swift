import ArgumentParser
import Job
import Planning
import Reports

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
            """
            The same planner decides for `run`. With --save the plan is kept as well: look at it, and `rotation-job run --plan FILE` \
            carries out exactly that, or nothing where something changed meanwhile. Exit status 0; with --detailed-exitcode 2 when \
            a run would change something.
            """
    )

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Option(help: "How the plan is written.")
    var format: PlanFormat = .text

    @Flag(help: "In CSV, leave every text as it is, even where a spreadsheet would take one for a formula.")
    var raw = false

    @Option(
        help: ArgumentHelp("Write the plan to a file instead of standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp("Also keep the plan in this file, for `run --plan`.", valueName: "file"), completion: .file()
    )
    var save: String?

    @Option(help: ArgumentHelp("Issue at most this many certificates.", valueName: "n"))
    var limit: Int?

    @Flag(
        help:
            "Look at every device instead of those alone that the inventory lists as due. The plan is the same; it takes longer."
    )
    var full = false

    @Flag(name: .customLong("detailed-exitcode"), help: "Exit with 2 when a run would change something.")
    var detailedExitCode = false

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit takes a number that is not negative.") }
        if raw, format != .csv { throw ValidationError("--raw belongs to --format csv.") }
        if save == "-" { throw ValidationError("--save takes a file; standard output has the plan anyway.") }
    }

    func run() async throws {
        let workspace = try options.workspace()
        let progress = options.progress()
        workspace.tellOfPassedOverPolicies(progress)
        if let past = try workspace.restoredPast() { progress.warn("\(past.sentence); \(RestoredPast.advice)") }
        let time = at.timestamp
        if let jump = try workspace.timeJump(at: time) { progress.warn(jump.warning) }
        let dryRun = DryRun(
            workspace, at: time, limit: limit, observer: progress, reading: full ? .walk : .search)
        let plan: RotationPlan
        if let save {
            let reviewable = try await dryRun.reviewablePlan()
            try Console.deliver(to: save) { write in try PlanJSON(reviewable).write(write) }
            plan = reviewable.plan
        } else {
            plan = try await dryRun.plan()
        }
        // A file gets no colours.
        let style = output == nil ? options.style : .plain
        try Console.deliver(to: output) { write in
            switch format {
            case .text: try write(Console.bytes(ofReport: PlanText(plan, style: style).text))
            case .json: try PlanJSON(plan).write(write)
            case .csv: try PlanCSV(plan, isRaw: raw).write(write)
            case .html: try PlanHTML(plan).write(write)
            }
        }
        if detailedExitCode && plan.hasChanges { throw ExitCode(ExitStatus.changes) }
    }
}

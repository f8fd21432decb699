import ArgumentParser
import Job
import Planning
import Reports
import RotationModel
import System

enum RunFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "The job: take in CSRs, issue what is due, publish manifests.",
        discussion: """
            Does what `plan` shows. It may die at any moment: the next run goes on from the records, and no device gets two \
            replacements. The report also goes to the workspace's reports folder, as JSON and as a page (HTML). Exit status 3 \
            when some devices failed or are blocked, when a certificate expires before its window opens, when a policy is \
            halted, when a guard stopped the run before it did anything, or when SIGTERM or SIGINT did before it was through: the \
            batch under way is finished then, and a second signal ends it at once. It also is when the inventory is older than what \
            was published from it (see `recover`).

            With --plan it carries out a plan that `plan --save` kept and a person has reviewed, also past the guards that the \
            plan shows. It refuses (exit status 65) when the policies, the authorities, the inventory or the inbox changed since.

            A run whose time, by --at or the clock, is more than an hour before the last run's, or more than limits.clockJump \
            (30d unless rotation.yaml says otherwise) after it, does nothing and exits with 3: a clock may be wrong. \
            --accept-time says that the time is right. It does what --at does, without that check.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Option(
        name: .customLong("accept-time"),
        help: ArgumentHelp(
            "Judge dates as of this time, as --at does, however far from the last run's it is; the audit keeps that.",
            valueName: "time"))
    var acceptTime: TimeArgument?

    @Option(help: ArgumentHelp("Issue at most this many certificates.", valueName: "n"))
    var limit: Int?

    @Option(
        help: ArgumentHelp("Carry out this plan, kept by `plan --save`, or nothing.", valueName: "file"),
        completion: .file())
    var plan: String?

    @Option(help: ArgumentHelp("Also write the report (JSON) to this file.", valueName: "file"), completion: .file())
    var report: String?

    @Option(
        help: ArgumentHelp("Also write the report as a self-contained page (HTML) to this file.", valueName: "file"),
        completion: .file())
    var html: String?

    @Option(help: "How the outcome is written to standard output.")
    var format: RunFormat = .text

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit takes a number that is not negative.") }
        if acceptTime != nil, at.at != nil {
            throw ValidationError("--accept-time says what time it is, and so does --at: give one of them.")
        }
        if plan != nil, limit != nil {
            throw ValidationError("A saved plan has its own limit: give --limit to `plan --save`.")
        }
    }

    func run() async throws {
        let workspace = try options.workspace()
        let progress = options.progress()
        workspace.tellOfPassedOverPolicies(progress)
        // Found out before anything is done.
        for path in [report, html].compactMap(\.self) where path != "-" { try Files.checkReplaceable(path) }
        let reports = RunReports(workspace)
        let outcome = try await AfterRun(workspace: workspace, at: time, observer: progress).follow {
            try await options.namingCommands {
                try await JobRun(
                    workspace, at: time, limit: limit, reviewed: try plan.map { try SavedPlan(reading: $0) },
                    acceptsTime: acceptTime != nil, actor: Self.user, observer: progress, stop: .bySignals(progress)
                ).perform(report: reports.keep)
            }
        } outcome: {
            $0
        }
        reports.deliver(to: report) { try RunJSON(outcome).write($0) }
        reports.deliver(to: html) { try RunHTML(outcome).write($0) }
        Console.afterwards("the run is done; its report is \(workspace.reports.report(outcome.id))") {
            switch format {
            case .text: try Console.print(RunText(outcome, style: options.style).text)
            case .json: try RunJSON(outcome).write { try Console.write($0) }
            }
        }
        for broken in outcome.plan.guards {
            Console.printError(RotationError(.guarded, broken.fact, advice: options.naming(broken.advice)))
        }
        if outcome.ending != .completed || reports.isIncomplete { throw ExitCode(ExitStatus.partial) }
    }

    private var time: Timestamp { acceptTime?.timestamp ?? at.timestamp }

    /// Who the audit says started the run.
    static var user: String { EffectiveUser.name }
}

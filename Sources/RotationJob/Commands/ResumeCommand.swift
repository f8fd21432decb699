import ArgumentParser
import Fleet
import Job
import Planning
import RotationModel

struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a policy go on that stopped because too many replacements failed.",
        discussion: """
            A policy with `halt` stops when more than that share of those that it handed a replacement failed or are stuck; \
            `plan`, `run` and `status` say so. What failed or was stuck until now is not held against it afterwards, and its \
            waves do not wait for those devices any more. Who resumed it and why is kept in the audit.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Argument(help: "The policy's name.", completion: .policy)
    var policy: String

    @Option(help: "What was found and done, for the audit.")
    var note: String

    func validate() throws {
        if note.allSatisfy(\.isWhitespace) { throw ValidationError("Say in --note what was found and done.") }
    }

    func run() throws {
        let service = RolloutService(try options.workspace(), at: at.timestamp, actor: RunCommand.user)
        let halt = try service.resume(policy, note: note)
        let next =
            try service.isRunUnderWay()
            ? "A run is under way, which decided before this; the one after it goes by it." : "The next run goes by it."
        Console.afterwards("\(policy) is resumed") {
            guard let halt else {
                return try Console.print(
                    "\(policy) was not halted. Recorded all the same: what failed until now counts no more. \(next)\n")
            }
            try Console.print(
                "Resumed: \(policy), halted since \(halt.since) with \(halt.tally.failed) failed and \(halt.tally.stuck) stuck of "
                    + "\(halt.tally.handedOut) handed out. \(next)\n")
        }
    }
}

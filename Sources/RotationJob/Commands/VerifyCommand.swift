import ArgumentParser
import Job
import Reports

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check inventory, certificates, manifests, CRLs and the audit against each other.",
        discussion: """
            Reads everything and changes nothing. Each mismatch is a line: where it is, what it is, how to mend it. Exit status 1 \
            when there is any.

            --repair publishes again from the records, gives what is published its permissions, and removes temporary files; then \
            everything is checked again, and what remains is told. It changes no fact of the inventory, and publishes nothing \
            where the inventory itself is damaged.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Flag(help: "Write JSON.")
    var json = false

    @Flag(help: "Mend what takes no person, then check again.")
    var repair = false

    func run() async throws {
        let workspace = try options.workspace()
        let progress = options.progress()
        var mended: [(what: String, count: Int)]?
        if repair {
            mended = try await VerificationRepair(
                workspace, at: at.timestamp, actor: RunCommand.user, observer: progress
            ).perform()
        }
        var report = FindingsReport(.verification, at: at.timestamp, style: options.style, isJSON: json)
        try Console.write(report.head(mended: mended))
        let count = try await Verification(workspace, at: at.timestamp, observer: progress).perform { mismatch in
            try Console.write(report.line(mismatch))
        }
        try Console.write(report.end())
        if count > 0 { throw ExitCode(ExitStatus.failed) }
    }
}

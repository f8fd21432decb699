import ArgumentParser
import Job
import LocatedYAML
import Policy
import Reports

struct PolicyTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the tests that are written beside the policies.",
        discussion: """
            Tests ask the policies alone: no inventory, no inbox, no clock. Exit status 1 when one fails, 65 when the files \
            have mistakes.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var files: PolicyPaths

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        let checked = try files.check(options, at: nil)
        Console.printDiagnostics(checked.diagnostics.filter { $0.severity == .error })
        guard let set = checked.set else { throw ExitCode(ExitStatus.badInput) }
        let report = PolicyTestReport(set.runTests(), files: checked.files, style: options.style)
        try Console.write(json ? report.json : Console.bytes(ofReport: report.text))
        if report.failed > 0 { throw ExitCode(ExitStatus.failed) }
    }
}

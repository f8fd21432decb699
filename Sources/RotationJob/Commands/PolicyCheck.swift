import ArgumentParser
import Basics
import Job
import LocatedYAML
import Policy
import RotationModel
import System

enum DiagnosticFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case sarif
}

struct PolicyCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find every mistake in the policy files at once.",
        discussion: """
            Without paths it checks the policies of the workspace, against its authorities and its inventory. With paths it \
            checks those files or folders together; outside a workspace, references to authorities are taken on trust. Exit \
            status 65 when there is a mistake; warnings alone leave it 0.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var files: PolicyPaths

    @Option(help: "How mistakes are written: text to standard error, json and sarif to standard output.")
    var format: DiagnosticFormat = .text

    func run() throws {
        let checked = try files.check(options, at: SystemClock().now())
        switch format {
        case .text: try printText(checked)
        case .json: try Console.write(DiagnosticDocument.json(checked.diagnostics))
        case .sarif:
            try Console.write(
                DiagnosticDocument.sarif(
                    checked.diagnostics, toolVersion: ProgramVersion.text, rules: CheckedPolicies.rules))
        }
        if checked.hasErrors { throw ExitCode(ExitStatus.badInput) }
    }

    private func printText(_ checked: CheckedPolicies) throws {
        Console.printDiagnostics(checked.diagnostics)
        guard !checked.hasErrors, let set = checked.set else { return }
        let files = counted(checked.files, "file")
        let policies = counted(set.policies.count, "policy", plural: "policies")
        let revocations = set.revocations.isEmpty ? "" : ", \(counted(set.revocations.count, "revocation"))"
        let tests = set.tests.isEmpty ? "" : ", \(counted(set.tests.count, "test"))"
        let advice =
            set.policies.count + set.revocations.count == 0 ? " Nothing is rotated until a policy says so." : ""
        try Console.print("\(files) checked, \(policies)\(revocations)\(tests), no mistakes.\(advice)\n")
    }
}

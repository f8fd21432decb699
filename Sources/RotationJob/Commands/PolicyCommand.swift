import ArgumentParser
import LocatedYAML
import Rotation
import RotationModel

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Work with the policy files.",
        subcommands: [PolicyCheck.self, PolicyDiffCommand.self])
}

struct PolicyCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find every mistake in the policy files at once.",
        discussion: """
            Without paths it checks the policies of the workspace, against its authorities. With paths it checks those files \
            or folders together; outside a workspace, references to authorities are taken on trust. Exit status 65 when \
            there is a mistake.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("Policy files, or folders of them.", valueName: "path"))
    var paths: [String] = []

    func run() throws {
        let checked = try check()
        Console.printDiagnostics(checked.diagnostics)
        if checked.diagnostics.contains(where: { $0.severity == .error }) { throw ExitCode(ExitStatus.badInput) }
        let files = "\(checked.files) file\(checked.files == 1 ? "" : "s")"
        let policies = "\(checked.policies) polic\(checked.policies == 1 ? "y" : "ies")"
        let revocations =
            checked.revocations == 0 ? "" : ", \(checked.revocations) revocation\(checked.revocations == 1 ? "" : "s")"
        let advice =
            checked.policies + checked.revocations == 0 ? " Nothing is rotated until a policy says so." : ""
        try Console.print("\(files) checked, \(policies)\(revocations), no mistakes.\(advice)\n")
    }

    private func check() throws -> CheckedPolicies {
        let isLone = !paths.isEmpty && options.config == nil && !Workspace.exists()
        return isLone ? try Workspace.checkLonePolicies(paths) : try options.workspace().checkPolicies(paths)
    }
}

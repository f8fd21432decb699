import ArgumentParser
import Job
import RotationModel

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Work with the policy files.",
        subcommands: [
            PolicyCheck.self, PolicyExplain.self, PolicyTestCommand.self, PolicyDiffCommand.self,
            PolicySchemaCommand.self,
        ])
}

/// Policy files that a command is about: those of the workspace, or those that are named.
struct PolicyPaths: ParsableArguments {
    @Argument(help: ArgumentHelp("Policy files, or folders of them.", valueName: "path"), completion: .file())
    var paths: [String] = []

    /// Outside a workspace, references to authorities are taken on trust.
    ///
    /// - Parameter at: when the inventory is asked too; nil to leave it aside.
    func check(_ options: GlobalOptions, at: Timestamp?) throws -> CheckedPolicies {
        let isLone = !paths.isEmpty && options.config == nil && !Workspace.exists()
        return isLone ? try Workspace.checkLonePolicies(paths) : try options.workspace().checkPolicies(paths, at: at)
    }
}

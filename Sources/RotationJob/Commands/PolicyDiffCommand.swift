import ArgumentParser
import Job
import Reports

enum PolicyDiffFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case markdown
}

struct PolicyDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what a change of policy files would do to this fleet.",
        discussion: """
            OLD and NEW are folders of policy files, files, or git revisions of one: `rotation-job policy diff HEAD:policies \
            policies` shows what an edit does before it is committed. Both sides are planned over the real inventory, as `plan` \
            does. Nothing is changed. --format markdown is made to be pasted into a pull request.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Argument(help: ArgumentHelp("The policies as they are.", valueName: "old"), completion: .file())
    var old: String

    @Argument(help: ArgumentHelp("The policies as they would be.", valueName: "new"), completion: .file())
    var new: String

    @Option(help: "How the difference is written.")
    var format: PolicyDiffFormat = .text

    func run() async throws {
        let comparison = try PolicyComparison(options.workspace(), at: at.timestamp, observer: options.progress())
        let diff = try await comparison.compare(old: PolicySource(old), new: PolicySource(new))
        switch format {
        case .text: try Console.print(PolicyDiffText(diff, style: options.style).text)
        case .json: try PolicyDiffJSON(diff).write { try Console.write($0) }
        case .markdown: try Console.print(PolicyDiffMarkdown(diff).text)
        }
    }
}

import ArgumentParser
import Policy

struct PolicySchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of policy files, for editors.",
        discussion: """
            JSON Schema 2020-12. With yaml-language-server, an editor completes and explains keys in files that start with \
            `# yaml-language-server: $schema=` and the place where this was saved.
            """)

    @OptionGroup var options: GlobalOptions

    func run() throws { try Console.write(Array(PolicySchema.text.utf8)) }
}

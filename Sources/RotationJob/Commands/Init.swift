import ArgumentParser
import Job

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a ready workspace.",
        discussion:
            "Makes rotation.yaml, policies/, inbox/, delivery/, reports/ and an empty inventory in DIR. What is there already stays as it is."
    )

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("The folder of the workspace; it is made where it is missing.", valueName: "dir"),
        completion: .directory)
    var folder: String

    @Flag(
        name: .customLong("with-authority"), help: "Also make a P-256 authority and a manifest key, for trying it out.")
    var withAuthority = false

    @Option(
        help: ArgumentHelp(
            "Keep the inventory in PostgreSQL: postgresql://HOST/DATABASE; default: in a file.", valueName: "url"))
    var inventory: String?

    @Option(help: "The schema of the registry in PostgreSQL; default: rotation.")
    var schema: String?

    func validate() throws {
        if schema != nil && inventory == nil { throw ValidationError("--schema goes with --inventory.") }
    }

    func run() throws {
        let items = try WorkspaceMaker(at: folder).make(
            withAuthority: withAuthority, registry: inventory.map { Registry(address: $0, schema: schema) })
        var text =
            items.contains(where: \.isNew)
            ? "Made a workspace in \(folder):\n" : "The workspace in \(folder) was there already:\n"
        for item in items { text += "  \(item.isNew ? "new " : "kept")  \(item.path)\n" }
        text += """

            Next:
              cd \(folder)
              rotation-job inventory import FLEET.csv     # or .ndjson, or a folder as the AWS CLI prints it
              cp policies/starter.yaml.example policies/starter.yaml
              rotation-job policy check
              rotation-job plan
              rotation-job doctor                         # what is still in the way

            """
        try Console.print(text)
    }
}

import ArgumentParser
import Basics
import Fleet
import Job
import Reports
import RotationModel
import System

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a ready workspace.",
        discussion: """
            Makes rotation.yaml, policies/, inbox/, delivery/, reports/ and an empty inventory in DIR. What is there already stays as it is.

            --from reads a fleet in as well: `--from csv FILE` and `--from aws-iot FOLDER` as `inventory import` does, \
            `--from openssl-ca FOLDER` from the database of an authority, which goes on issuing. A row that cannot go in is named, the \
            others go in, and the exit status is 65.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(
        help: ArgumentHelp("The folder of the workspace; it is made where it is missing.", valueName: "dir"),
        completion: .directory)
    var folder: String?

    @Flag(
        name: .customLong("with-authority"), help: "Also make a P-256 authority and a manifest key, for trying it out.")
    var withAuthority = false

    @Option(
        help: ArgumentHelp(
            "Keep the inventory in PostgreSQL: postgresql://HOST/DATABASE; default: in a file.", valueName: "url"))
    var inventory: String?

    @Option(help: "The schema of the registry in PostgreSQL; default: rotation.")
    var schema: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Where the fleet comes from: `openssl-ca`, `csv` or `aws-iot`, and its file or folder.",
            valueName: "kind> <path"))
    var from: [String] = []

    /// The folder may stand behind `--from KIND PATH`, which takes it for a third word.
    private var words: (folder: String?, origin: [String]) {
        from.count == 3 && folder == nil ? (from[2], Array(from.prefix(2))) : (folder, from)
    }

    func validate() throws {
        if schema != nil && inventory == nil { throw ValidationError("--schema goes with --inventory.") }
        let (folder, origin) = words
        if folder == nil { throw ValidationError("Missing expected argument '<dir>'") }
        guard !origin.isEmpty else { return }
        let kinds = FleetOrigin.Kind.allCases.map(\.rawValue)
        guard origin.count == 2, kinds.contains(origin[0]) else {
            throw ValidationError("--from takes one of \(kinds.joined(separator: ", ")), and a path.")
        }
        if withAuthority, origin[0] == FleetOrigin.Kind.opensslCA.rawValue {
            throw ValidationError("--from openssl-ca brings its authority; leave --with-authority out.")
        }
    }

    private var registry: Registry? { inventory.map { Registry(address: $0, schema: schema) } }

    func run() throws {
        let (folder, words) = words
        guard let folder else { return }
        let maker = WorkspaceMaker(at: folder)
        guard let kind = words.first.flatMap(FleetOrigin.Kind.init(rawValue:)), let path = words.last else {
            return try told(maker.make(withAuthority: withAuthority, registry: registry), in: folder, hasFleet: false)
        }
        let origin = try FleetOrigin(kind, at: path)
        let made = try maker.make(
            from: origin, withAuthority: withAuthority, registry: registry, actor: RunCommand.user,
            rejected: { Console.printToStandardError("rejected: \(Printable.text($0.description))\n") },
            passedOver: { Console.printToStandardError("passed over: \(Printable.text($0))\n") })
        try told(made.items, in: folder, hasFleet: true)
        try Console.print(ImportText(made.summary, isDryRun: false, style: options.style).text)
        if made.summary.rejected > 0 || made.passedOver > 0 { throw ExitCode(ExitStatus.badInput) }
    }

    private func told(_ items: [WorkspaceMaker.Item], in folder: String, hasFleet: Bool) throws {
        var text =
            items.contains(where: \.isNew)
            ? "Made a workspace in \(folder):\n" : "The workspace in \(folder) was there already:\n"
        for item in items { text += "  \(item.isNew ? "new " : "kept")  \(item.path)\n" }
        text += "\nNext:\n  cd \(folder)\n"
        if !hasFleet {
            text += "  rotation-job inventory import FLEET.csv     # or .ndjson, or a folder as the AWS CLI prints it\n"
        }
        text += """
              cp policies/starter.yaml.example policies/starter.yaml
              rotation-job policy check
              rotation-job plan
              rotation-job doctor                         # what is still in the way

            """
        if hasFleet { text += "\n" }
        try Console.print(text)
    }
}

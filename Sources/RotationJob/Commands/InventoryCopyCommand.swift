import ArgumentParser
import Fleet
import Job

struct InventoryCopyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Move the inventory between SQLite and PostgreSQL.",
        discussion: """
            Copies every row into an empty registry, reads both sides once more and compares their digests. All of it is one \
            transaction: an interrupted copy left nothing, and is started again. Runs and imports wait meanwhile. The inventory \
            that was copied stays as it is, and in use, until rotation.yaml names the other one. See docs/postgresql.md.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: ArgumentHelp("postgresql://HOST/DATABASE, or a file that is not there yet.", valueName: "url"))
    var to: String

    @Option(help: "The schema of the registry in PostgreSQL; default: rotation.")
    var schema: String?

    @OptionGroup var waiting: WaitOption

    func run() throws {
        let observer = options.progress()
        let copied = try InventoryCopy(options.workspace(), observer: observer)
            .perform(to: to, schema: schema, patience: waiting.patience(observer))
        let rows = copied.tables.reduce(0) { $0 + $1.rows }
        var text = ""
        for table in copied.tables { text += "  \(table.name): \(table.rows) rows, \(table.digest.prefix(16))\n" }
        text += """
            \(copied.place): \(rows) rows in \(copied.tables.count) tables, read back and equal.

            Next:
              write it into rotation.yaml, on every host:  \(entry)
              rotation-job verify
            The inventory that was copied is not to be used any more: keep it apart, as a backup.

            """
        try Console.print(text)
    }

    /// What was asked for, with its user.
    private var entry: String {
        guard to.contains("://") else { return "inventory: { sqlite: \(to) }" }
        return "inventory: { postgres: \"\(to)\"\(schema.map { ", schema: \($0)" } ?? "") }"
    }
}

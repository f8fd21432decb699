import ArgumentParser
import Fleet
import Job

extension ExportFormat: ExpressibleByArgument {}

struct InventoryExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the inventory out; importing that elsewhere loses nothing.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "The form of the output.")
    var format: ExportFormat

    @Option(help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    func run() throws {
        let inventory = try options.workspace().openInventory(.readOnly)
        guard let output, output != "-" else {
            do {
                return try inventory.exportFleet(format: format) { try Console.stream($0) }
            } catch {
                throw Console.isReaderGone ? BrokenPipe() : error as any Error
            }
        }
        try Console.deliver(to: output) { write in
            try inventory.exportFleet(format: format, write: write)
        }
    }
}

import ArgumentParser
import Basics
import Fleet
import Job
import Reports
import RotationModel
import System

extension ImportFormat: ExpressibleByArgument {}

struct InventoryImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Read devices and their certificates in.",
        discussion: """
            From a CSV file, an NDJSON file, or a folder with things.json, certificates.json and attachments.json as the AWS \
            CLI prints them. Reading the same input again changes nothing. A row that cannot go in is named with its file, \
            line and reason, the others go in, and the exit status is 65. Where a run is under way it waits for that, for no longer \
            than --wait says.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("A file, or for aws-iot a folder.", valueName: "path"), completion: .file())
    var path: String

    @Option(help: "The form of the input; default: by the path.")
    var format: ImportFormat?

    @Flag(name: .customLong("dry-run"), help: "Read and check everything, change nothing.")
    var dryRun = false

    @Flag(help: "One rejected row, and nothing goes in.")
    var strict = false

    @Flag(help: "Take an AWS listing that is cut off (its nextToken says so) as it is.")
    var partial = false

    @OptionGroup var waiting: WaitOption

    func run() throws {
        let observer = options.progress()
        let progress = ImportProgress(observer)
        let summary = try options.workspace().importFleet(
            from: path,
            options: ImportOptions(
                format: format, dryRun: dryRun, strict: strict, partial: partial, at: SystemClock().now(),
                actor: RunCommand.user),
            patience: waiting.patience(observer),
            rejected: { Console.printToStandardError("rejected: \(Printable.text($0.description))\n") },
            progress: progress.report)
        progress.end()
        Console.afterwards(dryRun ? "nothing was to be imported" : "the import is done") {
            try Console.print(ImportText(summary, isDryRun: dryRun, style: options.style).text)
        }
        if summary.rejected > 0 { throw ExitCode(ExitStatus.badInput) }
    }
}

/// Devices read so far, and how far that is by the share of bytes.
private final class ImportProgress {
    private let progress: Progress
    private var devices = 0

    init(_ progress: Progress) {
        self.progress = progress
        progress.began(.importing, total: nil)
    }

    func report(_ bytesDone: Int64, _ bytesTotal: Int64, _ devices: Int) {
        let share = bytesTotal > 0 ? Double(bytesDone) / Double(bytesTotal) : nil
        progress.advanced(.importing, by: devices - self.devices, share: share)
        self.devices = devices
    }

    func end() { progress.ended(.importing) }
}

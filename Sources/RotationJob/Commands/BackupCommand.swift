import ArgumentParser
import Job
import Reports
import RotationModel

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the inventory, consistently, also while a run is on.",
        discussion: """
            Writes FILE and FILE.json beside it, which has its SHA-256 and how far its audit goes; both of mode 0600. Nothing is \
            written over. --verify checks one instead: digest, database, audit; exit status 1 where it is not what was written.

            To restore one: docs/operations.md. Afterwards `rotation-job recover --from-delivery`.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: ArgumentHelp("The backup.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Check the backup; write nothing.")
    var verify = false

    @Flag(help: "Replace a backup that stands there.")
    var overwrite = false

    func validate() throws {
        if verify && overwrite { throw ValidationError("--verify and --overwrite exclude each other.") }
    }

    func run() throws {
        let backup = InventoryBackup(try options.workspace())
        let note = verify ? try backup.verify(file) : try backup.make(at: file, overwrites: overwrite)
        try Console.print(
            verify
                ? "\(file): whole, of \(note.made); its audit goes up to entry \(note.entries).\n"
                : "\(file): \(note.size) bytes, SHA-256 \(note.sha256.hex); its audit goes up to entry \(note.entries).\n"
        )
    }
}

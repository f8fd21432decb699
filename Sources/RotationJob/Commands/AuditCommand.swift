import ArgumentParser
import Fleet
import Reports
import Rotation
import RotationModel

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who did what, when, and why.",
        discussion:
            "Entries are chained by hash: a later change of one breaks the chain, and is said so here with exit status 1. --verify checks the chain and lists nothing."
    )

    @OptionGroup var options: GlobalOptions

    @Option(help: ArgumentHelp("Only entries from this time on (RFC 3339).", valueName: "time"))
    var since: TimeArgument?

    @Option(help: "Only entries about this device.")
    var device: String?

    @Flag(help: "Write JSON, one entry a line.")
    var json = false

    @Flag(help: "Only check that the chain is unbroken.")
    var verify = false

    func run() throws {
        let inventory = try options.workspace().openInventory(.readOnly)
        if !verify { try list(inventory) }
        if let broken = try inventory.verifyAuditChain() {
            Console.printError(
                RotationError(
                    .inventory, "the audit's chain is broken at entry \(broken): it or one before it was changed",
                    advice: "keep the inventory as it is, and compare it with a backup"))
            throw ExitCode(ExitStatus.failed)
        }
        if verify { try Console.print("The audit is unbroken: \(try inventory.auditCount()) entries.\n") }
    }

    private func list(_ inventory: Inventory) throws {
        let report = AuditReport(style: options.style, isJSON: json)
        try inventory.audit(since: since?.timestamp, device: try device.map { try DeviceID($0) }) { entry in
            try Console.write(report.line(entry))
        }
    }
}

import ArgumentParser
import Fleet
import Job
import Reports
import RotationModel

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Who did what, when, and why.",
        discussion: """
            Entries are chained by hash: a later change of one breaks the chain, and is said so here with exit status 1. --verify \
            checks the chain and lists nothing. Whoever can write the inventory's file can write the chain anew, or cut its end \
            off: --anchor holds it against what run reports, or the log, said of it before.
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: ArgumentHelp("Only entries from this time on (RFC 3339).", valueName: "time"))
    var since: TimeArgument?

    @Option(help: "Only entries about this device.", completion: .device)
    var device: String?

    @Flag(help: "Write JSON, one entry a line.")
    var json = false

    @Flag(help: "Only check that the chain is unbroken.")
    var verify = false

    @Option(
        name: .customLong("anchor"),
        help: ArgumentHelp(
            "With --verify: a run's report, a list of them, or lines of the log, kept elsewhere; may be given several times.",
            valueName: "file"), completion: .file())
    var anchorFiles: [String] = []

    func validate() throws {
        if !anchorFiles.isEmpty, !verify { throw ValidationError("--anchor belongs to --verify.") }
    }

    func run() throws {
        let anchors = try anchorFiles.flatMap { try AuditAnchors.read($0) }
        let inventory = try options.workspace().openInventory(.readOnly)
        do {
            if !verify { try list(inventory) }
        } catch is BrokenPipe {
            // Whether the chain holds is said by the exit status all the same.
        }
        if let fault = try inventory.auditFault(against: anchors) {
            Console.printError(
                RotationError(
                    .inventory, fault.sentence, advice: "keep the inventory as it is, and compare it with a backup"))
            throw ExitCode(ExitStatus.failed)
        }
        guard verify else { return }
        let held =
            anchors.isEmpty
            ? "" : ", and \(anchors.count == 1 ? "the anchor holds" : "all \(anchors.count) anchors hold")"
        try Console.print("The audit is unbroken: \(try inventory.auditAnchor().entries) entries\(held).\n")
    }

    private func list(_ inventory: any FleetStore) throws {
        let report = AuditReport(style: options.style, isJSON: json)
        try inventory.audit(since: since?.timestamp, device: try device.map { try DeviceID($0) }) { entry in
            try Console.stream(report.line(entry))
        }
    }
}

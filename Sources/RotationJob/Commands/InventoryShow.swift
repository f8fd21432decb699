import ArgumentParser
import Fleet
import Job
import Reports
import RotationModel

struct InventoryShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Everything the inventory knows of one device.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The device's id.", completion: .device)
    var device: String

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        let id = try DeviceID(device)
        let inventory = try options.workspace().openInventory(.readOnly)
        guard let story = try inventory.show(id) else {
            let near = try inventory.nearNames(id)
            throw RotationError(
                .badInput, "the inventory has no device \(id)",
                advice: near.isEmpty
                    ? "see `rotation-job inventory list`" : "did you mean \(near.joined(separator: ", "))?")
        }
        let report = StoryReport(story, style: options.style)
        try Console.write(json ? report.json : Console.bytes(ofReport: report.text))
    }
}

struct InventorySummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "The fleet in numbers: statuses, keys, issuers, what expires when.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        let summary = try options.workspace().openInventory(.readOnly).summary(at: at.timestamp)
        let report = SummaryReport(summary, at: at.timestamp, style: options.style)
        try Console.write(json ? report.json : Console.bytes(ofReport: report.text))
    }
}

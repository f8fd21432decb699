import ArgumentParser
import Job
import Reports
import RotationModel

struct PolicyExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show which policy decides for a device, why, and why each other one does not.",
        discussion: "What the next run does is read from the same plan that `plan` shows. Changes nothing.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Argument(help: "The device's id.", completion: .device)
    var device: String

    @Flag(help: "Write JSON.")
    var json = false

    func run() async throws {
        let dryRun = DryRun(try options.workspace(), at: at.timestamp, observer: options.progress())
        let explanation = try await dryRun.explain(try DeviceID(device))
        try Console.write(
            json
                ? ExplanationJSON(explanation).bytes
                : Console.bytes(ofReport: ExplanationText(explanation, style: options.style).text))
    }
}

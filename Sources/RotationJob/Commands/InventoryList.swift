import ArgumentParser
import Fleet
import Job
import Reports
import RotationModel

extension CertificateStatus: ExpressibleByArgument {}

/// `k=v` on the command line.
struct LabelArgument: ExpressibleByArgument {
    let name: String
    let text: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        name = String(argument[..<equals])
        text = String(argument[argument.index(after: equals)...])
    }
}

struct InventoryList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List devices and their certificates, one certificate a line.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "Only certificates of this status.")
    var status: CertificateStatus?

    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("Only devices with this label; may be given several times.", valueName: "name=value"))
    var labels: [LabelArgument] = []

    @Option(
        name: .customLong("due-within"),
        help: ArgumentHelp(
            "Only certificates that expire within this time (30d, 12h), or have expired.", valueName: "duration"))
    var dueWithin: SpanArgument?

    @OptionGroup var at: AtOption

    @Flag(help: "Write JSON, one device a line.")
    var json = false

    func run() throws {
        let filter = ListFilter(
            status: status, labels: labels.map { ($0.name, $0.text) },
            notAfterBefore: dueWithin.map { at.timestamp + $0.span })
        let report = ListReport(style: options.style, isJSON: json)
        try options.workspace().openInventory(.readOnly).list(filter) { device in
            try Console.stream(report.lines(device))
        }
    }
}

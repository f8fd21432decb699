import ArgumentParser
import Job
import Reports

struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Bring a restored, older inventory forward from what was signed and published.",
        discussion: """
            After a backup of the inventory was put back, or its write-ahead log was lost, runs refuse to work (exit status 3): \
            they could give a stolen certificate back, or sequences and CRL numbers out twice. This reads what lies under \
            delivery/ and believes what is signed there: certificates that were handed out, sequences, entries and numbers of \
            CRLs, keys that are refused. What nobody can know from it is listed. It publishes nothing; the next run does. \
            Doing it again changes nothing.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var at: AtOption

    @Flag(name: .customLong("from-delivery"), help: "From the folder that devices fetch from.")
    var fromDelivery = false

    func validate() throws {
        if !fromDelivery { throw ValidationError("Say from what: --from-delivery.") }
    }

    func run() async throws {
        let report = try await DeliveryRecovery(
            try options.workspace(), at: at.timestamp, actor: RunCommand.user, observer: options.progress()
        ).perform()
        try Console.print(RecoveryText(report, style: options.style).text)
    }
}

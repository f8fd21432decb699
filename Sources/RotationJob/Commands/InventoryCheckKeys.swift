import ArgumentParser
import Job
import Reports

struct InventoryCheckKeys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-keys",
        abstract: "Look for RSA keys that share a prime, which anybody can break.",
        discussion: """
            Every RSA key of the fleet is held against every other, those of old certificates and of waiting CSRs too. \
            Exit status 1 when some share a prime.
            """)

    @OptionGroup var options: GlobalOptions

    @Flag(help: "Write JSON.")
    var json = false

    func run() throws {
        let check = try options.workspace().checkKeys(observer: options.progress())
        let report = KeyCheckReport(check, style: options.style)
        try Console.write(json ? report.json : Console.bytes(ofReport: report.text))
        if !check.sharedPrimes.isEmpty { throw ExitCode(ExitStatus.failed) }
    }
}

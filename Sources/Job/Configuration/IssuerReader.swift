import Issuing
import LocatedYAML
import RotationModel

/// Reads `command` and `issuer` of an authority. What is wrong is reported to the file's log.
struct IssuerReader {
    /// What relative paths start from.
    let root: String

    /// - Parameter settings: the mapping `issuer`, or nil.
    func read(_ command: LocatedValue, settings: LocatedValue?) -> IssuerConfiguration? {
        let example = "[/usr/lib/rotation-job/issuers/openssl-ca, --config, ca/openssl.cnf]"
        let command = CommandReader(root: root, example: example).read(command)
        let settings = settings.map(self.settings) ?? Settings()
        guard let command, let settings else { return nil }
        return IssuerConfiguration(
            program: command.program, arguments: command.arguments, timeout: settings.timeout, batch: settings.batch,
            tries: settings.tries)
    }

    private struct Settings {
        var timeout = IssuerConfiguration.defaultTimeout
        var batch = IssuerConfiguration.defaultBatch
        var tries = IssuerConfiguration.defaultTries
    }

    private func settings(_ value: LocatedValue) -> Settings? {
        value.mapping("`issuer`") { reader -> Settings? in
            let standard = Settings()
            let timeout = reader.optional("timeout").map(self.timeout) ?? standard.timeout
            let batch =
                reader.optional("batch").map { $0.integer(in: 1...IssuerConfiguration.largestBatch) } ?? standard.batch
            let tries =
                reader.optional("tries").map { $0.integer(in: 1...IssuerConfiguration.mostTries) } ?? standard.tries
            guard let timeout, let batch, let tries else { return nil }
            return Settings(timeout: timeout, batch: batch, tries: tries)
        } ?? nil
    }

    private func timeout(_ value: LocatedValue) -> TimeSpan? {
        guard let span = value.positiveTimeSpan() else { return nil }
        guard span <= IssuerConfiguration.longestTimeout else {
            value.report("`timeout` is \(span)", help: "write at most \(IssuerConfiguration.longestTimeout)")
            return nil
        }
        return span
    }
}

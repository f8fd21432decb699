import RotationModel

/// The program that speaks for an external issuer. docs/issuers.md says what it is asked and what it answers.
package struct IssuerConfiguration: Hashable, Sendable {
    /// Its absolute path.
    package let program: String
    /// As they go to it: there is no shell.
    package let arguments: [String]
    /// How long it may leave open requests without an answer to any of them.
    package let timeout: TimeSpan
    /// The most requests that wait for an answer at a time, 1 to ``largestBatch``.
    package let batch: Int
    /// How often a request is made before it counts as failed, 1 to ``mostTries``.
    package let tries: Int

    package static let defaultTimeout = TimeSpan.minutes(1)
    package static let longestTimeout = TimeSpan.hours(1)
    package static let defaultBatch = 100
    package static let largestBatch = 10_000
    package static let defaultTries = 4
    package static let mostTries = 20

    package init(
        program: String, arguments: [String] = [], timeout: TimeSpan = IssuerConfiguration.defaultTimeout,
        batch: Int = IssuerConfiguration.defaultBatch, tries: Int = IssuerConfiguration.defaultTries
    ) {
        self.program = program
        self.arguments = arguments
        self.timeout = timeout
        self.batch = batch
        self.tries = tries
    }
}

public import RotationModel

/// The program that speaks for an external issuer. docs/issuers.md says what it is asked and what it answers.
public struct IssuerConfiguration: Hashable, Sendable {
    /// Its absolute path.
    public let program: String
    /// As they go to it: there is no shell.
    public let arguments: [String]
    /// How long it may leave open requests without an answer to any of them.
    public let timeout: TimeSpan
    /// The most requests that wait for an answer at a time, 1 to ``largestBatch``.
    public let batch: Int
    /// How often a request is made before it counts as failed, 1 to ``mostTries``.
    public let tries: Int

    public static let defaultTimeout = TimeSpan.minutes(1)
    public static let longestTimeout = TimeSpan.hours(1)
    public static let defaultBatch = 100
    public static let largestBatch = 10_000
    public static let defaultTries = 4
    public static let mostTries = 20

    public init(
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

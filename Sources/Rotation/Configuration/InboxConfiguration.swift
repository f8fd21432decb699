public import RotationModel

/// Where devices hand in, and how long what they handed in is kept.
public struct InboxConfiguration: Hashable, Sendable {
    /// The folder, an absolute path.
    public let path: String
    /// How long a CSR is kept whose device is not due, from the run that took it in.
    public let keep: TimeSpan
    /// How long a file stays in `rejected/`, with its reason.
    public let keepRejected: TimeSpan

    public static let defaultKeep = TimeSpan.days(14)
    public static let defaultKeepRejected = TimeSpan.days(90)

    public init(
        path: String, keep: TimeSpan = InboxConfiguration.defaultKeep,
        keepRejected: TimeSpan = InboxConfiguration.defaultKeepRejected
    ) {
        (self.path, self.keep, self.keepRejected) = (path, keep, keepRejected)
    }
}

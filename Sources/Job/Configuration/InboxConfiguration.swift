import RotationModel

/// Where devices hand in, and how long what they handed in is kept.
package struct InboxConfiguration: Hashable, Sendable {
    /// The folder, an absolute path.
    package let path: String
    /// How long a CSR is kept whose device is not due, from the run that took it in.
    package let keep: TimeSpan
    /// How long a file stays in `rejected/`, with its reason.
    package let keepRejected: TimeSpan

    package static let defaultKeep = TimeSpan.days(14)
    package static let defaultKeepRejected = TimeSpan.days(90)

    package init(
        path: String, keep: TimeSpan = InboxConfiguration.defaultKeep,
        keepRejected: TimeSpan = InboxConfiguration.defaultKeepRejected
    ) {
        (self.path, self.keep, self.keepRejected) = (path, keep, keepRejected)
    }
}

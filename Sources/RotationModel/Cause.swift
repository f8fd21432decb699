/// Which policy, or which rule of one, and where it stands.
public struct PolicyReference: Sendable, Hashable {
    public let name: String
    /// As it was named on the command line or in `rotation.yaml`.
    public let file: String
    /// From 1.
    public let line: Int

    public init(name: String, file: String, line: Int) {
        self.name = name
        self.file = file
        self.line = line
    }
}

/// Why something is done, carried whole from the decision to the record: the finding, and who says that it matters.
public struct Cause: Sendable, Hashable {
    public let reason: Reason
    /// Nil where a person decided, or what the registry has.
    public let policy: PolicyReference?

    public init(_ reason: Reason, _ policy: PolicyReference?) {
        self.reason = reason
        self.policy = policy
    }
}

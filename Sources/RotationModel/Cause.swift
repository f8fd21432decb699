/// Which policy, or which rule of one, and where it stands.
package struct PolicyReference: Sendable, Hashable {
    package let name: String
    /// As it was named on the command line or in `rotation.yaml`.
    package let file: String
    /// From 1.
    package let line: Int

    package init(name: String, file: String, line: Int) {
        self.name = name
        self.file = file
        self.line = line
    }
}

/// Why something is done, carried whole from the decision to the record: the finding, and who says that it matters.
package struct Cause: Sendable, Hashable {
    package let reason: Reason
    /// Nil where a person decided, or what the registry has.
    package let policy: PolicyReference?

    package init(_ reason: Reason, _ policy: PolicyReference?) {
        self.reason = reason
        self.policy = policy
    }
}

/// Where a policy or a profile stands.
package struct PolicyPlace: Hashable, Sendable, CustomStringConvertible {
    /// As shown to the user.
    package let file: String
    /// From 1: the line of its `- name`.
    package let line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// `policies/sensors.yaml:3`
    package var description: String { "\(file):\(line)" }
}

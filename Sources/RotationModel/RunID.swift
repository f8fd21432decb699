/// Which run of the job: what its report, its manifests and its audit entries name it by.
package struct RunID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }
}

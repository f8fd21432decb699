/// A limit of `rotation.yaml` that a run would break, and stops at.
package struct BrokenGuard: Sendable, Hashable, CustomStringConvertible {
    /// What is over which limit: what an auditor reads afterwards.
    package let fact: String
    /// The commands with which a person goes on.
    package let advice: String

    package init(fact: String, advice: String) { (self.fact, self.advice) = (fact, advice) }

    package var description: String { "\(fact); \(advice)" }
}

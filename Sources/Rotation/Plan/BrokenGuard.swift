/// A limit of `rotation.yaml` that a run would break, and stops at.
public struct BrokenGuard: Sendable, Hashable, CustomStringConvertible {
    /// What is over which limit: what an auditor reads afterwards.
    public let fact: String
    /// The commands with which a person goes on.
    public let advice: String

    public init(fact: String, advice: String) { (self.fact, self.advice) = (fact, advice) }

    public var description: String { "\(fact); \(advice)" }
}

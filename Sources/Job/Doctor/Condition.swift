/// What was looked at, as values: what to say of it is decided without looking again.
protocol Condition {
    /// In the order in which a person would mend them.
    var findings: [Finding] { get }
}

/// What a command hears while a plan or a run goes on. Calls come from any task.
package protocol RunObserver: Sendable {
    /// A stage begins. `total` is nil where it is not known beforehand.
    func began(_ stage: Stage, total: Int?)
    /// So many more of it are done.
    func advanced(_ stage: Stage, by count: Int)
    func ended(_ stage: Stage)
    /// Something that an operator should read, and that stops nothing.
    func warn(_ text: String)
    /// Something that belongs into a log, and needs nobody.
    func note(_ text: String)
}

extension RunObserver {
    package func note(_ text: String) {}
}

/// What takes long: the import, and the stages of a run in their order.
package enum Stage: String, Sendable {
    case importing = "import"
    case copying = "copy"
    case recover
    case takeIn = "take in"
    case decide
    case revoke
    case revocationLists = "revocation lists"
    case issue
    case ask
    case retire
    case refresh
    case readKeys = "read keys"
    case comparePrimes = "compare primes"
    case verifyCertificates = "verify certificates"
    case verifyManifests = "verify manifests"
    case verifyTree = "verify files"
}

/// Hears nothing.
package struct SilentObserver: RunObserver {
    package init() {}
    package func began(_ stage: Stage, total: Int?) {}
    package func advanced(_ stage: Stage, by count: Int) {}
    package func ended(_ stage: Stage) {}
    package func warn(_ text: String) {}
}

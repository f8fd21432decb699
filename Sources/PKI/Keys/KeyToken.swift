/// The PKCS#11 token that a private key is in, as far as its signatures depend on it.
protocol KeyToken: Sendable {
    /// For errors: its URI (RFC 7512).
    var name: String { get }

    /// How many may sign at once; at least 1.
    var sessions: Int { get }

    /// Waits until a session is free for it.
    func inSession<Result>(_ body: () -> Result) -> Result
}

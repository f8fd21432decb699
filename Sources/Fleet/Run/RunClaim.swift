/// That nobody else runs: see ``RunStore/claimRuns()``. It ends when it is let go.
package final class RunClaim: Sendable {
    private let release: @Sendable () -> Void

    init(release: @escaping @Sendable () -> Void = {}) { self.release = release }

    deinit { release() }
}

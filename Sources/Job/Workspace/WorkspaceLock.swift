import Fleet
import RotationModel
import System

extension FileLock {
    /// One run at a time in a workspace.
    ///
    /// - Throws: ``RotationModel/RotationError/Code/locked`` where another process holds it.
    package init(for configuration: WorkspaceConfiguration) throws(RotationError) {
        try self.init(configuration.lockPath)
    }

    /// The same, for who would rather wait for the run that is under way.
    package init(for configuration: WorkspaceConfiguration, _ patience: LockPatience) throws(RotationError) {
        let began = ContinuousClock.now
        var isTold = false
        try self.init(configuration.lockPath) { obstacle in
            guard !patience.stop.isMade, ContinuousClock.now - began < .seconds(patience.limit.seconds) else {
                return false
            }
            if !isTold { patience.observer.warn("\(obstacle.message): waiting up to \(patience.limit) for it to end") }
            isTold = true
            return true
        }
    }
}

/// How long a command waits for a run that is under way.
package struct LockPatience: Sendable {
    package let limit: TimeSpan
    let observer: any RunObserver
    let stop: StopRequest

    /// - Parameters:
    ///   - limit: zero where it does not wait.
    ///   - observer: hears that it waits, and for whom.
    package init(_ limit: TimeSpan, observer: any RunObserver = SilentObserver(), stop: StopRequest = .never) {
        (self.limit, self.observer, self.stop) = (limit, observer, stop)
    }
}

extension WorkspaceConfiguration {
    /// Where the registry is on a server, the lock keeps out what runs in this workspace, and the server (``Fleet/RunStore/claimRuns()``) who
    /// runs in another.
    fileprivate var lockPath: String { inventory.file.map { $0 + ".lock" } ?? "\(root)/registry.lock" }
}

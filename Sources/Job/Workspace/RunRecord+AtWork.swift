import Fleet
import RotationModel
import System

/// Besides the lock, the records keep a second run out: a lock file can be deleted or replaced, and then its lock keeps nobody out. Other
/// descriptors that every run has to open (the folder's, the inventory's) can be opened by whoever may read them, who could then turn every run
/// away; what stands in the inventory only the job can write.
extension RunRecord {
    /// Whether it is under way in another process of this host.
    var isAtWork: Bool { endedAt == nil && host == LocalHost.name && RunningProgram.isThisOne(pid) }
}

extension RunStore {
    /// The run that is under way in another process of this host; nil where none is.
    package func runAtWork() throws(RotationError) -> RunRecord? { try unfinishedRuns().first(where: \.isAtWork) }

    /// Whether one is under way on this host or, where several share a registry, on another.
    package func isRunUnderWay() throws(RotationError) -> Bool {
        if try runAtWork() != nil { return true }
        return try isRunClaimed()
    }
}

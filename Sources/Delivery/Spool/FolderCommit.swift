import RotationModel
import Synchronization
import System

/// Makes names in one folder durable for many at once: who comes while the folder is being synchronized waits, and the next
/// synchronization serves all who waited.
///
/// An actor, so that one synchronization is under way at a time. It waits for disks: call it where tasks may block.
actor FolderCommit {
    private let folder: Folder
    /// How many names were put in the folder. Only what was counted before a synchronization began is covered by it.
    private let placed = Atomic<UInt64>(0)
    /// Up to which count names are durable.
    private var durable: UInt64 = 0
    /// Up to which count nobody knows, and why: a later synchronization may succeed without having written what an earlier one could not.
    private var failed: (upTo: UInt64, error: RotationError)?
    /// How often the folder was synchronized; for tests.
    private(set) var synchronizations = 0

    init(_ folder: Folder) { self.folder = folder }

    /// Counts a name that was just put in the folder.
    ///
    /// - Returns: what to hand to ``synchronize(_:)``.
    nonisolated func ticket() -> UInt64 { placed.add(1, ordering: .sequentiallyConsistent).newValue }

    /// Returns once the name of that ticket is durable.
    ///
    /// - Throws: what the system says of the folder; then it may be or not.
    func synchronize(_ ticket: UInt64) throws(RotationError) {
        if ticket <= durable { return }
        if let failed, ticket <= failed.upTo { throw failed.error }
        let covered = placed.load(ordering: .sequentiallyConsistent)
        synchronizations += 1
        do {
            try folder.synchronize()
        } catch {
            failed = (covered, error)
            throw error
        }
        durable = covered
    }
}

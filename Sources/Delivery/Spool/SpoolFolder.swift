import RotationModel
import Synchronization
import System

/// One folder of the spool, as who fills it has it: what is added is whole, durable, and within bounds.
final class SpoolFolder: Sendable {
    let folder: Folder
    let commit: FolderCommit
    private let limits: SpoolLimits
    /// For messages: `submissions`.
    private let what: String
    private let usage: Mutex<Usage>

    /// What lies in the folder, as far as is known: whoever empties it says nothing.
    private struct Usage {
        var files = 0
        var bytes = 0
        var countedAt: ContinuousClock.Instant?
    }

    /// How long a full folder is taken to be full before it is looked at again.
    private static let patience = Duration.seconds(1)

    init(_ folder: Folder, _ limits: SpoolLimits, of what: String) {
        (self.folder, self.limits, self.what) = (folder, limits, what)
        commit = FolderCommit(folder)
        usage = Mutex(Usage())
    }

    /// Adds a file, under a name that nothing has.
    ///
    /// It is written under a hidden name, synchronized, and renamed; it is durable when this returns. Many at once share the
    /// synchronization of the folder.
    ///
    /// - Returns: false, with nothing added, where something has the name.
    /// - Throws: ``RotationError/Code/io`` where the folder is full or the disk is; ``RotationError/Code/permission`` where it may not be
    ///   written. Nothing is promised then, though the file may be there where the folder could not be synchronized.
    func add(_ bytes: [UInt8], as name: SpoolName) async throws(RotationError) -> Bool {
        try reserve(bytes.count)
        do throws(RotationError) {
            let isAdded = try await withTaskExecutorPreference(BlockingThreads.shared) {
                () async throws(RotationError) -> Bool in
                try await self.write(bytes, as: name)
            }
            if !isAdded { release(bytes.count) }
            return isAdded
        } catch {
            release(bytes.count)
            throw error
        }
    }

    private nonisolated func write(_ bytes: [UInt8], as name: SpoolName) async throws(RotationError) -> Bool {
        try folder.stage(bytes, as: name.text, mode: Files.groupReadable)
        do throws(RotationError) {
            try folder.synchronizeStaged(name.text)
            guard try folder.putInPlaceIfFree(name.text) else {
                try folder.discardStaged(name.text)
                return false
            }
        } catch {
            try? folder.discardStaged(name.text)
            throw error
        }
        try await commit.synchronize(commit.ticket())
        return true
    }

    // MARK: Bounds

    private func reserve(_ bytes: Int) throws(RotationError) {
        let isFull = try usage.withLock { usage throws(RotationError) in
            if usage.countedAt == nil { try count(&usage) }
            if !hasRoom(for: bytes, usage), usage.countedAt.map({ .now - $0 >= SpoolFolder.patience }) ?? true {
                try count(&usage)
            }
            guard hasRoom(for: bytes, usage) else { return true }
            usage.files += 1
            usage.bytes += bytes
            return false
        }
        guard isFull else { return }
        throw RotationError(
            .io, "it is full: at most \(limits.files) \(what), or \(limits.bytes) bytes of them, wait for a run",
            at: folder.path, advice: "start `rotation-job run`, which takes them in")
    }

    private func release(_ bytes: Int) {
        usage.withLock { usage in
            usage.files -= 1
            usage.bytes -= bytes
        }
    }

    private func hasRoom(for bytes: Int, _ usage: Usage) -> Bool {
        usage.files < limits.files && usage.bytes + bytes <= limits.bytes
    }

    /// Counts what lies there, hidden files too: what is being written now counts as well.
    private func count(_ usage: inout Usage) throws(RotationError) {
        let sizes = try folder.names().compactMap { folder.identity(of: $0)?.size }
        (usage.files, usage.bytes) = (sizes.count, Int(sizes.reduce(0, +)))
        usage.countedAt = .now
    }

    // MARK: Looking

    /// The files' names, in the order of their times. What is none of the spool's is passed over.
    func names() throws(RotationError) -> [SpoolName] { try folder.names().compactMap(SpoolName.init) }

    /// Removes files that were being written when their writer died.
    ///
    /// - Parameter before: one that was written to later may be somebody's who still writes.
    func removeAbandoned(before: Timestamp) throws(RotationError) {
        for name in try folder.names() where name.hasPrefix(".") && !name.hasPrefix(SpoolFolder.taken) {
            guard let found = folder.identity(of: name), found.kind == .regular, found.modified < before else {
                continue
            }
            try folder.remove(name)
        }
    }

    /// What starts the name of a file that the job is taking out.
    private static let taken = ".taken."
}

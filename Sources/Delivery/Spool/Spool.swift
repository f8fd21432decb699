import PKI
import RotationModel
import Synchronization
import System

/// The folder `inbox/gate`, as the gate has it: what devices hand in over the network lies there until a run takes it in, and what was
/// acknowledged is not lost.
///
/// - `submissions/`: one file a submission, see ``Submission``.
/// - `seen/`: once a minute, who spoke to the gate, see ``SeenNote``.
///
/// Nobody else may write there: the job takes what it finds for the gate's word. It reads through ``Inbox/submissions`` and
/// ``Inbox/seen``, and removes what it has recorded.
package final class Spool: Sendable {
    /// The folder's path.
    package let root: String
    private let limits: (submissions: SpoolLimits, seen: SpoolLimits)
    private let clock: any WallClock
    private let opened: Mutex<Opened?>
    private let waiting = Mutex(WaitingSubmissions())
    private let memory = Mutex(SeenMemory())

    /// The two folders, and which they were when they were opened.
    private struct Opened {
        let submissions: SpoolFolder
        let seen: SpoolFolder
        let identity: FileIdentity
    }

    package static let submissionsFolder = "submissions"
    package static let seenFolder = "seen"

    /// How old a file is, at the least, that nobody writes any more though it has no name yet.
    private static let abandoned = TimeSpan.hours(1)

    /// Opens the spool, makes its two folders where they are missing, and removes what a dead gate had begun to write.
    ///
    /// - Parameters:
    ///   - root: `inbox/gate`. In an inbox of this process' own user it is made where it is missing, for that user alone. In another
    ///     one it has to be there: who made it decided who may write in it. The folders in it have its mode.
    ///   - clock: tells which unfinished files are old.
    /// - Throws: ``RotationError/Code/io`` or ``RotationError/Code/permission`` where it is missing or may not be used.
    package init(
        root: String, submissions: SpoolLimits = .submissions, seen: SpoolLimits = .seen,
        clock: any WallClock = SystemClock()
    ) throws(RotationError) {
        self.root = root
        self.clock = clock
        limits = (submissions, seen)
        opened = Mutex(nil)
        try makeRoot()
        _ = try folders()
    }

    /// Keeps what a device handed in.
    ///
    /// When it returns, the submission survives a power failure. The same that waits already is not kept twice: a client may ask again
    /// as often as it likes.
    ///
    /// - Returns: the submission's name, for logs.
    /// - Throws: ``RotationError/Code/badInput`` where it is larger than ``Submission/largest``. Any other error is none of the client's,
    ///   which should come again later (HTTP 503): the spool is full, the disk is full or read-only, the folder is gone.
    @discardableResult
    package func submit(_ submission: Submission) async throws(RotationError) -> String {
        guard submission.bytes.count <= Submission.largest else {
            throw RotationError(
                .badInput, "it is \(submission.bytes.count) bytes long",
                advice: "at most \(Submission.largest) are taken")
        }
        let folder = try folders().submissions
        let essence = submission.essence
        if let known = waiting.withLock({ $0[essence] }), folder.folder.contains(known) { return known }
        let name = try await Spool.add(submission.json, to: folder, at: submission.at)
        waiting.withLock { $0[essence] = name }
        return name
    }

    /// Notes who spoke to the gate with a complete request that was let in, each with the last time that it did. Once a minute will do.
    ///
    /// A certificate that was noted in the six hours before is passed over: the job counts in days.
    ///
    /// - Throws: as ``submit(_:)``; hand in the same again then, with what came since.
    package func note(seen: [Fingerprint: Timestamp]) async throws(RotationError) {
        let news = memory.withLock { $0.news(in: seen) }
        guard !news.isEmpty else { return }
        let folder = try folders().seen
        for part in Array(news).chunked(by: SeenNote.most) {
            let note = Dictionary(part.map { ($0.key, $0.value) }, uniquingKeysWith: max)
            try await Spool.add(SeenNote(note).json, to: folder, at: clock.now())
            memory.withLock { $0.remember(note) }
        }
    }

    /// The submissions that wait, in the order of their times. The first says for how long the job has taken nothing in.
    package func names() throws(RotationError) -> [SpoolName] { try folders().submissions.names() }

    @discardableResult
    private static func add(
        _ bytes: [UInt8], to folder: SpoolFolder, at: Timestamp
    ) async throws(RotationError) -> String {
        var random = SystemRandomNumberGenerator()
        while true {
            let name = SpoolName(at: at, using: &random)
            if try await folder.add(bytes, as: name) { return name.text }
        }
    }

    // MARK: Folders

    /// The folders that stand at the path now. Who moves the spool away and puts another in its place must not have what is
    /// acknowledged from then on in the one that nobody reads.
    private func folders() throws(RotationError) -> Opened {
        try opened.withLock { state throws(RotationError) in
            let found = FileIdentity.following("\(root)/\(Spool.submissionsFolder)")
            if let known = state, let found, known.identity.isSameFile(as: found) { return known }
            let fresh = try open()
            state = fresh
            return fresh
        }
    }

    private func open() throws(RotationError) -> Opened {
        let root = try Folder(opening: root)
        // As who made the spool had it; the writer itself has to be able to write.
        let mode = try root.identity().mode & 0o2770 | 0o700
        let submissions = try root.makeFolder(Spool.submissionsFolder, mode: mode)
        let seen = try root.makeFolder(Spool.seenFolder, mode: mode)
        try root.synchronize()
        let made = Opened(
            submissions: SpoolFolder(submissions, limits.submissions, of: "submissions"),
            seen: SpoolFolder(seen, limits.seen, of: "notes"), identity: try submissions.identity())
        let before = clock.now() - Spool.abandoned
        try made.submissions.removeAbandoned(before: before)
        try made.seen.removeAbandoned(before: before)
        return made
    }

    /// Only at the start: a spool that is moved away later is somebody's doing, and asks for a person.
    private func makeRoot() throws(RotationError) {
        guard FileIdentity.following(root) == nil else { return }
        let parts = root.split(separator: "/", omittingEmptySubsequences: false)
        let inbox = parts.dropLast().joined(separator: "/")
        guard let name = parts.last, let found = FileIdentity.following(inbox), found.owner == EffectiveUser.id else {
            throw RotationError(
                .io, "there is no such folder, and only the owner of the inbox may make it", at: root,
                advice: "as the job's user: install -d -m 0700 \(root)")
        }
        _ = try Folder(opening: inbox).makeFolder(String(name), mode: 0o700)
    }
}

/// The names of submissions that wait, by what was handed in: as far as this process has seen them, and no more than so many.
private struct WaitingSubmissions {
    private var names: [SHA256Digest: String] = [:]

    private static let most = 100_000

    subscript(essence: SHA256Digest) -> String? {
        get { names[essence] }
        set {
            // To forget one costs a second file, which the job tells from the first.
            if names.count >= WaitingSubmissions.most { names.removeAll(keepingCapacity: true) }
            names[essence] = newValue
        }
    }
}

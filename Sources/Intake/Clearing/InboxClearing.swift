import Delivery
import Fleet
import Planning
import RotationModel
import System

/// Takes files out of a folder of the inbox. One that cannot be moved must not keep the rest of the fleet from its
/// certificates: it is told of, and passed over.
package struct InboxClearing {
    let source: InboxFolder
    let run: RunContext

    package init(_ run: RunContext, source: InboxFolder) {
        self.run = run
        self.source = source
    }

    func rejection<Code>(of file: String, device: DeviceID?, _ refusal: InboxRefusal<Code>) -> Rejection {
        Rejection(
            file: Inbox.rejectedName(of: file, device: device), submission: source.isSpool ? file : nil, device: device,
            code: refusal.code.rawValue, text: refusal.text, at: run.at, run: run.id,
            isContentKept: !refusal.hasSecret)
    }

    /// Tells of CSRs whose files are gone.
    func explain(_ rejections: [Rejection], _ summary: inout IntakeSummary) {
        for rejection in rejections {
            attempt(&summary) { () throws(RotationError) in try source.explain(rejection) }
        }
        summary.rejected += rejections.map(InboxOutlook.Rejected.init)
    }

    /// A file that stays in the inbox.
    struct Unremoved: Sendable {
        let file: String
        let error: RotationError
    }

    /// - Returns: files that could not be removed, to be noted.
    func remove(_ files: [String]) async throws -> [Unremoved] {
        try await withTaskExecutorPreference(BlockingThreads.shared) {
            try await Parallel.map(files) { share in
                share.compactMap { file in
                    do throws(RotationError) {
                        try source.remove(file)
                        return nil
                    } catch {
                        return Unremoved(file: file, error: error)
                    }
                }
            }
        }
    }

    /// Writes down which files stay though they were taken, so that the next run does not take them again.
    func note(_ unremoved: [Unremoved], _ summary: inout IntakeSummary) throws {
        let marks = unremoved.compactMap { source.mark(ofRead: $0.file)?.text }
        try run.inventory.recordLeftBehind(marks, run: run.id, at: run.at)
        note(unremoved.map(\.error), &summary)
    }

    func note(_ failures: [RotationError], _ summary: inout IntakeSummary) {
        for failure in failures { note(InboxClearing.sentence(failure), &summary) }
    }

    /// Where a folder may not be written, that is said of the folder, once: it is met at each of its files.
    static func sentence(_ failure: RotationError) -> String {
        guard failure.code == .permission, failure.message.hasPrefix("cannot "),
            let slash = failure.place.lastIndex(of: "/")
        else {
            return failure.description
        }
        let why = failure.message.split(separator: ": ").last.map(String.init) ?? failure.message
        return
            "\(failure.place[..<slash]): it cannot be written (\(why)); what was taken or refused stays in the inbox and has no second effect; "
            + failure.advice
    }

    func reject(_ rejections: [Rejection], _ summary: inout IntakeSummary) {
        source.reject(rejections) { note([$0], &summary) }
        summary.rejected += rejections.map(InboxOutlook.Rejected.init)
    }

    /// The most files that stay in `rejected/`, reasons too.
    static let mostRejected = 20_000

    /// Forgets what was rejected long ago, so that nobody who fills the inbox fills the disk.
    package func forgetRejected(after span: TimeSpan, _ summary: inout IntakeSummary) {
        var forgotten = 0
        attempt(&summary) { () throws(RotationError) in
            forgotten = try source.forgetRejected(before: run.at - span, most: InboxClearing.mostRejected)
        }
        summary.forgotten += forgotten
    }

    /// A file that stays where it is: nobody's fault who handed it in.
    func leave(_ file: String, _ why: String, _ summary: inout IntakeSummary) {
        note("inbox/\(source.folder)/\(file): \(why)", &summary)
    }

    /// The names of the files, after what has to be put right first. None where the folder is missing or may not be used.
    func open(for what: String, _ summary: inout IntakeSummary) -> [String] {
        let names = open(&summary) ?? []
        if source.obstacle == nil && !source.exists {
            run.observer.warn("there is no \(source.path): no \(what) can come in")
        }
        return names
    }

    /// The same of a folder that need not be there; nil where its files cannot be listed.
    func open(_ summary: inout IntakeSummary) -> [String]? {
        var names: [String]?
        attempt(&summary) { () throws(RotationError) in
            if let notice = try source.close() { run.observer.warn(notice) }
        }
        attempt(&summary) { () throws(RotationError) in
            try source.recover()
            // What was removed stays removed: which of these were taken in is asked next.
            try source.synchronize()
            let found = try source.names()
            let present = Set(found)
            try run.inventory.forgetLeftBehind { mark in
                source.name(inMark: mark).map { !present.contains($0) } ?? false
            }
            names = found
        }
        return names
    }

    /// Moves files aside whose names are no UTF-8: no device has such a name.
    func rejectUndecodable(_ summary: inout IntakeSummary) {
        var names: [[UInt8]] = []
        attempt(&summary) { () throws(RotationError) in names = try source.undecodableNames() }
        for name in names {
            var moved: [Rejection] = []
            attempt(&summary) { () throws(RotationError) in
                moved.append(try source.reject(undecodable: name, run: run.id, at: run.at))
            }
            summary.rejected += moved.map(InboxOutlook.Rejected.init)
        }
    }

    func attempt(_ summary: inout IntakeSummary, _ body: () throws(RotationError) -> Void) {
        do {
            try body()
        } catch {
            note(error.description, &summary)
        }
    }

    private func note(_ text: String, _ summary: inout IntakeSummary) {
        // What is wrong with a folder is met at each of its files.
        guard !summary.obstacles.contains(text) else { return }
        summary.obstacles.append(text)
        run.observer.warn(text)
    }
}

extension InboxOutlook.Rejected {
    init(_ rejection: Rejection) {
        self.init(file: rejection.file, device: rejection.device, code: rejection.code, text: rejection.text)
    }
}

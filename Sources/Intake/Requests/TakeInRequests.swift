import Delivery
import Fleet
import Planning
import Policy
import RotationModel
import System

/// The part of taking in that reads `inbox/csr`, and the CSRs of the gate's spool.
///
/// A file leaves the inbox only after what it says is committed: whenever the process dies, the file or its record is there.
package struct TakeInRequests {
    /// `inbox/csr`.
    let source: InboxFolder
    /// The gate's spool.
    let spool: InboxFolder
    let policies: PolicySet
    let authorities: KnownAuthorities
    let run: RunContext

    package init(_ run: RunContext, inbox: Inbox, policies: PolicySet, authorities: KnownAuthorities) {
        self.run = run
        source = inbox.requests
        spool = inbox.submissions
        self.policies = policies
        self.authorities = authorities
    }

    private static let batch = 1000

    /// - Parameter listing: what came through the gate.
    package func perform(_ listing: SpoolListing, _ summary: inout IntakeSummary) async throws {
        var evaluation = RequestCheck(policies: policies, at: run.at)
        let folder = InboxClearing(run, source: source)
        let names = folder.open(for: "CSR", &summary)
        folder.rejectUndecodable(&summary)
        try await take(names, folder, &evaluation, &summary)
        try await take(listing.requests, InboxClearing(run, source: spool), &evaluation, &summary)
    }

    private func take(
        _ names: [String], _ clearing: InboxClearing, _ evaluation: inout RequestCheck, _ summary: inout IntakeSummary
    ) async throws {
        run.observer.began(.takeIn, total: names.count)
        defer { run.observer.ended(.takeIn) }
        // While one batch is recorded, the next are read and their signatures are verified, and the files of the last ones go.
        let read = BoundedChannel<[RequestReader.Reading]>(room: TakeInRequests.room)
        let recorded = BoundedChannel<[String]>(room: TakeInRequests.room)
        async let reading: Void = self.read(names, from: clearing.source, to: read)
        async let removing = remove(recorded, clearing)
        do {
            defer {
                read.close()
                recorded.finish()
            }
            while let readings = await read.receive() {
                guard await recorded.send(try settle(readings, &evaluation, clearing, &summary)) else { break }
            }
        }
        try await reading
        try clearing.note(try await removing, &summary)
    }

    /// How many batches wait for the next hand.
    private static let room = 1

    private func read(
        _ names: [String], from source: InboxFolder, to read: BoundedChannel<[RequestReader.Reading]>
    ) async throws {
        defer { read.finish() }
        let reader = RequestReader(source: source, authorities: authorities)
        let check = SignedRequestCheck()
        for chunk in names.chunked(by: TakeInRequests.batch) where !run.stop.isMade {
            try Task.checkCancellation()
            guard await read.send(try await check.verify(try await reader.read(Array(chunk)), run.inventory)) else {
                return
            }
        }
    }

    private func remove(
        _ recorded: BoundedChannel<[String]>, _ clearing: InboxClearing
    ) async throws -> [InboxClearing.Unremoved] {
        defer { recorded.close() }
        var unremoved: [InboxClearing.Unremoved] = []
        while let files = await recorded.receive() { unremoved += try await clearing.remove(files) }
        return unremoved
    }

    /// - Returns: the files that are recorded, and can go.
    private func settle(
        _ readings: [RequestReader.Reading], _ evaluation: inout RequestCheck, _ clearing: InboxClearing,
        _ summary: inout IntakeSummary
    ) throws -> [String] {
        guard !readings.isEmpty else { return [] }
        defer { run.observer.advanced(.takeIn, by: readings.count) }
        var (batch, conflicts) = try run.inventory.take(run: run.id, at: run.at) { snapshot in
            let judged = try evaluation.evaluate(readings, snapshot)
            var batch = Batch(intake: RequestIntake(withdrawn: judged.withdrawn))
            for (reading, outcome) in zip(readings, judged.outcomes) { batch.add(reading, outcome, clearing) }
            return (batch.intake, batch)
        }
        for (file, why) in batch.inaccessible { clearing.leave(file, why, &summary) }
        var taken = batch.taken
        // From the last to the first, so that the places of the others stay what they are.
        for conflict in conflicts.sorted(by: { $0.index > $1.index }) {
            let file = taken.remove(at: conflict.index)
            batch.rejections.append(
                clearing.rejection(of: file, device: batch.intake.taken[conflict.index].device, RequestCheck.keyInUse))
        }
        clearing.reject(batch.rejections, &summary)
        let explaining = InboxClearing(run, source: source)
        explaining.explain(
            batch.intake.withdrawn.map {
                explaining.rejection(
                    of: Inbox.requestFile(of: $0.device, isSigned: $0.proof == .signature), device: $0.device,
                    RequestCheck.keyInUse)
            }, &summary)
        summary.taken += taken.count
        summary.known += batch.known.count
        return taken + batch.known
    }

    /// What is to be recorded of some files, and what becomes of each.
    private struct Batch {
        var intake: RequestIntake
        /// One a request that is taken, in the same order.
        var taken: [String] = []
        var known: [String] = []
        var rejections: [Rejection] = []
        /// Files that stay where they are, and why.
        var inaccessible: [(file: String, why: String)] = []

        mutating func add(_ reading: RequestReader.Reading, _ outcome: RequestCheck.Outcome, _ clearing: InboxClearing)
        {
            switch outcome {
            case .take(let request):
                taken.append(reading.file)
                intake.taken.append(request)
            case .known:
                known.append(reading.file)
            case .contest(let request, let refusal, let context):
                intake.conflicting.append(request)
                refuse(reading, refusal, context, clearing)
            case .refuse(let refusal, _) where refusal.code == .inaccessible:
                inaccessible.append((reading.file, refusal.text))
            case .refuse(let refusal, let context):
                intake.exposed += reading.exposed.compactMap { exposed in
                    guard exposed.isCertain || context != nil else { return nil }
                    return ExposedKey(
                        publicKey: exposed.key, deviceRow: exposed.isCertain ? nil : context?.deviceRow,
                        device: context?.device)
                }
                refuse(reading, refusal, context, clearing)
            }
        }

        private mutating func refuse(
            _ reading: RequestReader.Reading, _ refusal: RequestRefusal, _ context: IntakeContext?,
            _ clearing: InboxClearing
        ) {
            rejections.append(
                clearing.rejection(of: reading.file, device: context?.device, refusal))
            intake.refused.append(
                RefusedFile(
                    deviceRow: context?.deviceRow, device: context?.device, file: reading.file,
                    reason: refusal.description, mark: clearing.source.mark(of: reading.file)?.text))
        }
    }
}

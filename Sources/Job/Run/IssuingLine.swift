import Fleet
import Issuing
import Planning
import RotationModel
import Synchronization
import System

/// The batches of a run from their reservation to their publication, one at each station.
///
/// Each station waits for something else: the registry, the cores, the file system's calls, the disk. All of them work at once, which keeps
/// each busy. What has been recorded when a station fails goes on as far as it can; what stands in the line when the process dies is
/// recorded, and the next run publishes it.
struct IssuingLine: Sendable {
    let run: RunContext
    let publisher: Publisher
    let progress = IssueProgress()

    /// What waits at each station while the one before is at work. More would set aside more serial numbers that a run that is stopped
    /// abandons, and keep more manifests in memory.
    private static let room = 1

    /// - Parameter isTurn: waits until a batch may go; false where it may not any more.
    func carry(
        _ batches: IssueBatches, isTurn: @escaping @Sendable (IssueBatch) async throws -> Bool
    ) async throws {
        let reserved = BoundedChannel<Reserved>(room: IssuingLine.room)
        let signed = BoundedChannel<Signed>(room: IssuingLine.room)
        let recorded = BoundedChannel<[ManifestRecord]>(room: IssuingLine.room)
        let staged = BoundedChannel<Publisher.Staged>(room: IssuingLine.room)
        let published = BoundedChannel<Publisher.Renamed>(room: IssuingLine.room)
        var line = Stations()
        line.add(to: reserved) { try await reserve(batches, reserved, isTurn) }
        line.add(from: reserved, to: signed, isWaiting: false) { try await sign(reserved, signed) }
        line.add(from: signed, to: recorded) { try await record(signed, recorded) }
        line.add(from: recorded, to: staged) { try await write(recorded, staged) }
        line.add(from: staged, to: published) { try await putInPlace(staged, published) }
        line.add(from: published) {
            while let renamed = await published.receive() { try publisher.record(renamed) }
        }
        try await line.work()
    }

    private struct Reserved: Sendable {
        let batch: IssueBatch
        let reserved: IssueBatch.Reserved
    }

    private enum Signed: Sendable {
        case here(IssueBatch, IssueBatch.Signed)
        /// Which serial numbers an external issuer gave out is asked of the records before its next answers are taken: so they are recorded at
        /// once.
        case recorded([ManifestRecord])
    }

    private func reserve(
        _ batches: IssueBatches, _ reserved: BoundedChannel<Reserved>,
        _ isTurn: @Sendable (IssueBatch) async throws -> Bool
    ) async throws {
        for (number, batch) in batches.enumerated() {
            if progress.passOver(batch, run.observer) { continue }
            guard try await isTurn(batch) else { return progress.stop(batches[number...]) }
            try Task.checkCancellation()
            guard await reserved.send(Reserved(batch: batch, reserved: try batch.reserve())) else { return }
        }
    }

    private func sign(_ reserved: BoundedChannel<Reserved>, _ signed: BoundedChannel<Signed>) async throws {
        while let next = await reserved.receive() {
            let batch = next.batch
            if progress.passOver(batch, run.observer) { continue }
            // The serial numbers that are set aside for it are abandoned by the next run.
            if run.stop.isMade {
                progress.stop([batch])
                continue
            }
            try Task.checkCancellation()
            let made = try await batch.sign(next.reserved)
            guard batch.isExternal else {
                guard await signed.send(.here(batch, made)) else { return }
                continue
            }
            let manifests = try record(batch, made)
            if let failure = made.failure { progress.stopAsking(batch.authority, failure) }
            guard await signed.send(.recorded(manifests)) else { return }
        }
    }

    private func record(
        _ signed: BoundedChannel<Signed>, _ recorded: BoundedChannel<[ManifestRecord]>
    ) async throws {
        while let next = await signed.receive() {
            let manifests =
                switch next {
                case .here(let batch, let made): try record(batch, made)
                case .recorded(let manifests): manifests
                }
            guard await recorded.send(manifests) else { return }
        }
    }

    private func record(_ batch: IssueBatch, _ made: IssueBatch.Signed) throws -> [ManifestRecord] {
        let outcome = try batch.record(made)
        progress.add(outcome.results)
        run.observer.advanced(.issue, by: batch.rows.count)
        return outcome.manifests
    }

    private func write(
        _ recorded: BoundedChannel<[ManifestRecord]>, _ staged: BoundedChannel<Publisher.Staged>
    ) async throws {
        while let manifests = await recorded.receive() {
            guard let files = try await publisher.stage(manifests) else { continue }
            guard await staged.send(files) else { return }
        }
    }

    /// One synchronization makes a batch's bytes durable, and the names of the one before.
    private func putInPlace(
        _ staged: BoundedChannel<Publisher.Staged>, _ published: BoundedChannel<Publisher.Renamed>
    ) async throws {
        var previous: Publisher.Renamed?
        while let next = await staged.receive() {
            let renamed = try publisher.putInPlace(next)
            if let previous, await !published.send(previous) { return }
            previous = renamed
        }
        guard let previous else { return }
        try publisher.synchronize()
        _ = await published.send(previous)
    }
}

/// What became of each row so far, for stations that work at the same time.
final class IssueProgress: Sendable {
    typealias Results = [(place: Int, result: RowResult)]

    private struct State {
        var results: Results = []
        /// Why an external issuer is not asked any more, by its name.
        var obstacles: [String: RotationError] = [:]
        var first: RotationError?
    }
    private let state = Mutex(State())

    /// By the rows' places in the plan; in no order.
    var results: Results { state.withLock { $0.results } }

    /// Why the first external issuer could not be asked that could not.
    var obstacle: RotationError? { state.withLock { $0.first } }

    func add(_ results: Results) { state.withLock { $0.results += results } }

    func stop(_ batches: some Sequence<IssueBatch>) {
        add(batches.flatMap(\.rows).map { ($0.place, RowResult(.stopped)) })
    }

    func stopAsking(_ authority: String, _ failure: RotationError) {
        state.withLock { state in
            state.obstacles[authority] = failure
            state.first = state.first ?? failure
        }
    }

    /// Whether its issuer cannot be asked any more: then it is done, and has failed.
    func passOver(_ batch: IssueBatch, _ observer: any RunObserver) -> Bool {
        guard let failure = state.withLock({ $0.obstacles[batch.authority] }) else { return false }
        add(batch.rows.map { ($0.place, RowResult(.failed, error: failure.description)) })
        observer.advanced(.issue, by: batch.rows.count)
        return true
    }
}

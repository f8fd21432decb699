import Fleet
import Foundation
import PKI
import RotationModel
import RotationTesting
import Synchronization
import Testing

@testable import Intake
@testable import Job
@testable import Planning

/// Does something when so many rows were issued.
private struct AtProgress: RunObserver {
    let rows: Int
    let act: @Sendable () -> Void
    private let seen = Counter()

    private final class Counter: Sendable {
        let count = Atomic(0)
    }

    init(rows: Int, act: @escaping @Sendable () -> Void) { (self.rows, self.act) = (rows, act) }

    func began(_ stage: Stage, total: Int?) {}
    func advanced(_ stage: Stage, by count: Int) {
        guard stage == .issue else { return }
        let now = seen.count.add(count, ordering: .sequentiallyConsistent).newValue
        if now >= rows && now - count < rows { act() }
    }
    func ended(_ stage: Stage) {}
    func warn(_ text: String) {}
}

/// Whom to cancel, once it is known.
private final class Known: Sendable {
    private let known = Mutex<Task<Void, any Error>?>(nil)
    var task: Task<Void, any Error>? {
        get { known.withLock { $0 } }
        set { known.withLock { $0 = newValue } }
    }
}

@Suite("Several batches on their way at once")
struct IssuingLineTests {
    private let now = TestFleet.now
    private static let devices = 24

    /// Due devices in batches of two, each with a CSR.
    private func fleet() throws -> TestFleet {
        let fleet = try TestFleet(
            policies: policyFile().replacing("batch: 500", with: "batch: 2"), limits: "{ issue: 100 }")
        for number in 1...IssuingLineTests.devices { try fleet.add("d\(number)") }
        try fleet.load()
        for number in 1...IssuingLineTests.devices { try fleet.handIn("d\(number)") }
        return fleet
    }

    /// Every device has one new certificate and its manifest, as if nothing had happened before.
    private func expectWhole(_ fleet: TestFleet, _ place: SourceLocation = #_sourceLocation) async throws {
        let next = try await fleet.run()
        #expect(next.ending == .completed, sourceLocation: place)
        #expect(try fleet.inventory().unpublishedManifests(limit: 10).isEmpty, sourceLocation: place)
        for number in 1...IssuingLineTests.devices {
            let pending = try fleet.certificates("d\(number)", .pendingActivation)
            #expect(pending.count == 1, sourceLocation: place)
            #expect(try fleet.manifest("d\(number)").certificate == pending.first, sourceLocation: place)
        }
    }

    @Test(
        "All of them are published, each row has its result, and the sequences of the rows are those of the manifests")
    func whole() async throws {
        let fleet = try fleet()
        let outcome = try await fleet.run()
        #expect(outcome.count(.issued) == IssuingLineTests.devices)
        for number in 1...IssuingLineTests.devices {
            let result = try #require(outcome.result("d\(number)"))
            #expect(result.sequence == 1)
            #expect(result.certificate == (try fleet.manifest("d\(number)").certificate.fingerprint))
        }
        try await expectWhole(fleet)
    }

    @Test(
        "A run that is cancelled on its way ends with an error, and the next one ends what it began",
        arguments: [1, 2, 9, 23])
    func cancelled(_ rows: Int) async throws {
        let fleet = try fleet()
        let (started, canceller) = AsyncStream<Task<Void, any Error>>.makeStream()
        let cancel = Known()
        let run = JobRun(
            fleet.workspace, at: now, actor: "test", clock: FixedClock(now),
            observer: AtProgress(rows: rows) { cancel.task?.cancel() })
        let task = Task {
            // Nobody issues before the observer knows whom to cancel.
            for await task in started { cancel.task = task }
            _ = try await run.perform()
        }
        canceller.yield(task)
        canceller.finish()
        let ending = await task.result
        if rows <= 9 { #expect(throws: (any Error).self) { try ending.get() } }
        // What was recorded when it ended was published, or is recorded to be.
        let inventory = try fleet.inventory()
        let unpublished = try inventory.unpublishedManifests(limit: 100).count
        let issued = try (1...IssuingLineTests.devices).filter {
            try fleet.certificates("d\($0)", .pendingActivation).count == 1
        }
        #expect(issued.count >= rows && unpublished <= issued.count)
        try await expectWhole(fleet)
    }

    @Test(
        "Where manifests cannot be written, the run ends with that error, and the next one publishes what was recorded")
    func unwritable() async throws {
        let fleet = try fleet()
        try fleet.folder.write("delivery/manifests", Array("a file".utf8))
        let error = await #expect(throws: RotationError.self) { _ = try await fleet.run() }
        #expect(error?.place.contains("delivery/manifests") == true)
        #expect(try fleet.inventory().interruptedRuns() == [])
        try FileManager.default.removeItem(atPath: fleet.folder["delivery/manifests"])
        try await expectWhole(fleet)
    }
}

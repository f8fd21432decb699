import Delivery
import Fleet
import Policy
import RotationModel

/// The part of taking in that reads `inbox/csr`.
///
/// A file leaves the inbox only after what it says is committed: whenever the process dies, the file or its record is there.
struct TakeInRequests {
    let tray: InboxTray
    let inventory: Inventory
    let policies: PolicySet
    let authorities: AuthorityDirectory
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    private static let batch = 1000

    func perform(_ summary: inout IntakeSummary) async throws {
        let door = InboxDoor(tray: tray, run: run, at: at, observer: observer)
        let names = door.open(for: "CSR", &summary)
        observer.began(.takeIn, total: names.count)
        defer { observer.ended(.takeIn) }
        let reader = RequestReader(tray: tray, authorities: authorities)
        let check = SignedRequestCheck()
        var judge = RequestJudge(policies: policies, at: at)
        door.rejectUndecodable(&summary)
        var readings: [RequestReader.Reading] = []
        for chunk in names.chunked(by: TakeInRequests.batch) {
            // While one batch is recorded, the next is read and its signatures are verified.
            async let next = check.verify(try await reader.read(Array(chunk)), inventory)
            try settle(readings, &judge, door, &summary)
            readings = try await next
        }
        try settle(readings, &judge, door, &summary)
    }

    private func settle(
        _ readings: [RequestReader.Reading], _ judge: inout RequestJudge, _ door: InboxDoor,
        _ summary: inout IntakeSummary
    ) throws {
        defer { observer.advanced(.takeIn, by: readings.count) }
        let judged = try inventory.planningSnapshot { try judge.judge(readings, $0) }
        var batch = Batch(intake: RequestIntake(withdrawn: judged.withdrawn))
        for (reading, ruling) in zip(readings, judged.rulings) {
            if case .refuse(let refusal, _) = ruling, refusal.code == .inaccessible {
                door.leave(reading.file, refusal.text, &summary)
            } else {
                batch.add(reading, ruling, door)
            }
        }
        let conflicts = try inventory.take(batch.intake, run: run, at: at)
        var taken = batch.taken
        // From the last to the first, so that the places of the others stay what they are.
        for conflict in conflicts.sorted(by: { $0.index > $1.index }) {
            let file = taken.remove(at: conflict.index)
            batch.rejections.append(
                door.rejection(of: file, device: batch.intake.taken[conflict.index].device, RequestJudge.keyInUse))
        }
        door.remove(taken + batch.known, &summary)
        door.reject(batch.rejections, &summary)
        door.explain(
            judged.withdrawn.map {
                door.rejection(
                    of: DeviceFileName.encode($0.device) + ".csr", device: $0.device, RequestJudge.keyInUse)
            }, &summary)
        summary.taken += taken.count
        summary.known += batch.known.count
    }

    /// What is to be recorded of some files, and what becomes of each.
    private struct Batch {
        var intake: RequestIntake
        /// One a request that is taken, in the same order.
        var taken: [String] = []
        var known: [String] = []
        var rejections: [Rejection] = []

        mutating func add(_ reading: RequestReader.Reading, _ ruling: RequestJudge.Ruling, _ door: InboxDoor) {
            switch ruling {
            case .take(let request):
                taken.append(reading.file)
                intake.taken.append(request)
            case .known:
                known.append(reading.file)
            case .contest(let request, let refusal, let context):
                intake.conflicting.append(request)
                refuse(reading, refusal, context, door)
            case .refuse(let refusal, let context):
                intake.exposed += reading.exposed.compactMap { exposed in
                    guard exposed.isCertain || context != nil else { return nil }
                    return ExposedKey(
                        publicKey: exposed.key, deviceRow: exposed.isCertain ? nil : context?.deviceRow,
                        device: context?.device)
                }
                refuse(reading, refusal, context, door)
            }
        }

        private mutating func refuse(
            _ reading: RequestReader.Reading, _ refusal: RequestRefusal, _ context: IntakeContext?, _ door: InboxDoor
        ) {
            rejections.append(
                door.rejection(of: reading.file, device: context?.device, refusal))
            intake.refused.append(
                RefusedFile(
                    deviceRow: context?.deviceRow, device: context?.device, file: reading.file,
                    reason: refusal.description))
        }
    }
}

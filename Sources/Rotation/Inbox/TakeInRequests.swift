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
        var judge = RequestJudge(policies: policies)
        door.rejectUndecodable(&summary)
        var readings: [RequestReader.Reading] = []
        for chunk in names.chunked(by: TakeInRequests.batch) {
            // While one batch is recorded, the next is read and its signatures are verified.
            async let next = reader.read(Array(chunk))
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
        var taken: [(file: String, request: TakenRequest)] = []
        var known: [String] = []
        var rejections: [Rejection] = []
        var refused: [RefusedFile] = []
        try inventory.planningSnapshot { snapshot in
            for reading in readings {
                switch try judge.judge(reading, snapshot) {
                case .take(let request): taken.append((reading.file, request))
                case .known: known.append(reading.file)
                case .refuse(let refusal, _) where refusal.code == .inaccessible:
                    door.leave(reading.file, refusal.text, &summary)
                case .refuse(let refusal, let context):
                    rejections.append(door.rejection(of: reading.file, device: context?.device, refusal))
                    refused.append(
                        RefusedFile(
                            deviceRow: context?.deviceRow, device: context?.device, file: reading.file,
                            reason: refusal.description))
                }
            }
        }
        let conflicts = try inventory.take(taken.map(\.request), refused: refused, run: run, at: at)
        // From the last to the first, so that the places of the others stay what they are.
        for conflict in conflicts.sorted(by: { $0.index > $1.index }) {
            let (file, request) = taken.remove(at: conflict.index)
            rejections.append(door.rejection(of: file, device: request.device, RequestJudge.keyInUse))
        }
        door.remove(taken.map(\.file) + known, &summary)
        door.reject(rejections, &summary)
        summary.taken += taken.count
        summary.known += known.count
    }
}

import Delivery
import Fleet
import Policy
import RotationModel

/// The stage that reads the inbox.
///
/// A file leaves the inbox only after what it says is committed: whenever the process dies, the file or its record is there.
struct TakeIn {
    let inbox: Inbox
    let inventory: Inventory
    let policies: PolicySet
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    private static let batch = 1000

    func perform() async throws -> IntakeSummary {
        let names = try inbox.requestNames()
        observer.began(.takeIn, total: names.count)
        defer { observer.ended(.takeIn) }
        let reader = RequestReader(inbox: inbox)
        var judge = RequestJudge(policies: policies)
        var summary = IntakeSummary()
        if !inbox.exists { observer.warn("there is no \(inbox.root)/csr: no CSR can come in") }
        for name in try inbox.undecodableNames() {
            var moved: [Rejection] = []
            attempt(&summary) { () throws(RotationError) in
                moved.append(try inbox.reject(undecodable: name, run: run, at: at))
            }
            summary.rejected += moved.map(InboxOutlook.Rejected.init)
        }
        var readings: [RequestReader.Reading] = []
        for chunk in names.chunked(by: TakeIn.batch) {
            // While one batch is recorded, the next is read and its signatures are verified.
            async let next = reader.read(Array(chunk))
            try settle(readings, &judge, &summary)
            readings = try await next
        }
        try settle(readings, &judge, &summary)
        return summary
    }

    private func settle(
        _ readings: [RequestReader.Reading], _ judge: inout RequestJudge, _ summary: inout IntakeSummary
    ) throws {
        defer { observer.advanced(.takeIn, by: readings.count) }
        var taken: [(file: String, request: TakenRequest)] = []
        var known: [String] = []
        var rejections: [Rejection] = []
        var refused: [RefusedRequest] = []
        try inventory.planningSnapshot { snapshot in
            for reading in readings {
                switch try judge.judge(reading, snapshot) {
                case .take(let request): taken.append((reading.file, request))
                case .known: known.append(reading.file)
                case .refuse(let refusal, _) where refusal.code == .inaccessible:
                    summary.obstacles.append("inbox/csr/\(reading.file): \(refusal.text)")
                case .refuse(let refusal, let context):
                    rejections.append(rejection(of: reading.file, refusal, device: context?.device))
                    refused.append(
                        RefusedRequest(
                            deviceRow: context?.deviceRow, device: context?.device, file: reading.file,
                            reason: refusal.description))
                }
            }
        }
        let conflicts = try inventory.take(taken.map(\.request), refused: refused, run: run, at: at)
        // From the last to the first, so that the places of the others stay what they are.
        for conflict in conflicts.sorted(by: { $0.index > $1.index }) {
            let (file, request) = taken.remove(at: conflict.index)
            rejections.append(rejection(of: file, RequestJudge.keyInUse, device: request.device))
        }
        // One file that cannot be moved must not keep the rest of the fleet from its certificates.
        for file in taken.map(\.file) + known {
            attempt(&summary) { () throws(RotationError) in try inbox.removeRequest(file) }
        }
        for rejection in rejections {
            attempt(&summary) { () throws(RotationError) in try inbox.reject(rejection) }
        }
        summary.taken += taken.count
        summary.known += known.count
        summary.rejected += rejections.map(InboxOutlook.Rejected.init)
    }

    private func attempt(_ summary: inout IntakeSummary, _ body: () throws(RotationError) -> Void) {
        do {
            try body()
        } catch {
            summary.obstacles.append(error.description)
            observer.warn(error.description)
        }
    }

    private func rejection(of file: String, _ refusal: RequestRefusal, device: DeviceID?) -> Rejection {
        Rejection(file: file, device: device, code: refusal.code.rawValue, text: refusal.text, at: at, run: run)
    }
}

extension InboxOutlook.Rejected {
    fileprivate init(_ rejection: Rejection) {
        self.init(file: rejection.file, device: rejection.device, code: rejection.code, text: rejection.text)
    }
}

/// What the next run would take in: the dry run's look at the inbox, which moves nothing.
struct InboxPreview {
    let inbox: Inbox
    let policies: PolicySet

    func look(_ snapshot: PlanningSnapshot, _ readings: [RequestReader.Reading]) throws -> (
        WaitingRequests, InboxOutlook
    ) {
        var judge = RequestJudge(policies: policies)
        var waiting = WaitingRequests()
        var outlook = InboxOutlook()
        for reading in readings {
            switch try judge.judge(reading, snapshot) {
            case .take(let request):
                outlook.usable += 1
                waiting.found[request.deviceRow] = WaitingRequest(
                    keyFingerprint: request.keyFingerprint, algorithm: request.algorithm)
            case .known:
                break
            case .refuse(let refusal, let context):
                if let context { waiting.refused[context.deviceRow] = refusal.description }
                outlook.refused.append(
                    InboxOutlook.Rejected(
                        file: reading.file, device: context?.device, code: refusal.code.rawValue, text: refusal.text))
            }
        }
        return (waiting, outlook)
    }
}

import Delivery
import Fleet
import PKI
import Policy
import RotationModel

/// What the next run would take in: the dry run's look at the inbox, which moves nothing.
struct InboxPreview {
    let policies: PolicySet
    private(set) var waiting = WaitingRequests()
    private(set) var outlook = InboxOutlook()

    init(policies: PolicySet) { self.policies = policies }

    /// Folders of the inbox that may not be used.
    mutating func look(at trays: [InboxTray]) {
        outlook.obstacles += trays.compactMap { $0.obstacle?.description }
    }

    mutating func look(at requests: [RequestReader.Reading], _ snapshot: PlanningSnapshot) throws {
        var judge = RequestJudge(policies: policies)
        for reading in requests {
            switch try judge.judge(reading, snapshot) {
            case .take(let request):
                outlook.usable += 1
                waiting.found[request.deviceRow] = WaitingRequest(
                    publicKey: KeyReference(identity: request.keyIdentity, fingerprint: request.keyFingerprint),
                    algorithm: request.algorithm)
            case .known:
                break
            case .refuse(let refusal, _) where refusal.code == .inaccessible:
                outlook.obstacles.append("inbox/csr/\(reading.file): \(refusal.text)")
            case .refuse(let refusal, let context):
                if let context { waiting.refused[context.deviceRow] = refusal.description }
                outlook.refused.append(
                    InboxOutlook.Rejected(
                        file: reading.file, device: context?.device, code: refusal.code.rawValue, text: refusal.text))
            }
        }
    }

    mutating func look(at confirmations: [(file: String, ruling: ConfirmationJudge.Ruling)]) {
        for (file, ruling) in confirmations {
            switch ruling {
            case .confirm(let order):
                outlook.confirmations += 1
                waiting.confirmations.insert(order.certificateRow)
            case .known:
                break
            case .refuse(let refusal, _, _) where refusal.code == .inaccessible:
                outlook.obstacles.append("inbox/ack/\(file): \(refusal.text)")
            case .refuse(let refusal, _, let device):
                outlook.refused.append(
                    InboxOutlook.Rejected(
                        file: file, device: device, code: refusal.code.rawValue, text: refusal.text))
            }
        }
    }
}

import Delivery
import Fleet
import PKI
import Planning
import Policy
import RotationModel

/// What the next run would take in: the dry run's look at the inbox, which moves nothing.
package struct InboxPreview {
    let policies: PolicySet
    let at: Timestamp
    package private(set) var waiting = WaitingRequests()
    package private(set) var outlook = InboxOutlook()

    package init(policies: PolicySet, at: Timestamp) { (self.policies, self.at) = (policies, at) }

    /// Folders of the inbox that may not be used.
    package mutating func look(at folders: [InboxFolder]) {
        outlook.obstacles += folders.compactMap { $0.obstacle?.description }
    }

    package mutating func look(
        at requests: [RequestReader.Reading], _ snapshot: any FleetView, _ revocations: RevocationScope
    ) throws {
        var evaluation = RequestCheck(
            policies: policies, at: at, revocations: revocations, confirmed: waiting.confirmations)
        let judged = try evaluation.evaluate(requests, snapshot)
        for request in judged.withdrawn { withdraw(request.deviceRow, request.reason) }
        for (reading, outcome) in zip(requests, judged.outcomes) {
            switch outcome {
            case .take(let request):
                outlook.usable += 1
                waiting.found[request.deviceRow] = WaitingRequest(
                    publicKey: KeyReference(identity: request.keyIdentity, fingerprint: request.keyFingerprint),
                    algorithm: request.algorithm, proof: request.proof)
            case .contest(let request, let refusal, _):
                waiting.conflicts.insert(request.deviceRow)
                withdraw(request.deviceRow, refusal.description)
                outlook.refused.append(
                    InboxOutlook.Rejected(
                        file: Inbox.rejectedName(of: reading.file, device: request.device), device: request.device,
                        code: refusal.code.rawValue, text: refusal.text))
            case .known:
                break
            case .refuse(let refusal, _) where refusal.code == .inaccessible:
                outlook.obstacles.append(
                    "inbox/\(InboxPreview.folder(of: reading.file, "csr"))/\(reading.file): \(refusal.text)")
            case .refuse(let refusal, let context):
                if let context { waiting.refused[context.deviceRow] = refusal.description }
                outlook.refused.append(
                    InboxOutlook.Rejected(
                        file: Inbox.rejectedName(of: reading.file, device: context?.device), device: context?.device,
                        code: refusal.code.rawValue, text: refusal.text))
            }
        }
    }

    private mutating func withdraw(_ deviceRow: Int64, _ reason: String) {
        waiting.withdrawn.insert(deviceRow)
        waiting.refused[deviceRow] = reason
    }

    /// Those that were seen at the gate, and the certificates that are proved by it.
    package mutating func look(at seen: SeenReader.Reading, _ check: SeenCheck, _ snapshot: any FleetView) throws {
        let outcome = try check.judge(seen.seen, snapshot)
        for device in outcome.devices { waiting.seen[device.deviceRow] = device.at }
        for order in outcome.confirmed where waiting.confirmations.insert(order.certificateRow).inserted {
            outlook.confirmations += 1
        }
        for (file, refusal) in seen.refused {
            if refusal.code == .inaccessible {
                outlook.obstacles.append("inbox/gate/seen/\(file): \(refusal.text)")
            } else {
                outlook.refused.append(
                    InboxOutlook.Rejected(file: file, device: nil, code: refusal.code.rawValue, text: refusal.text))
            }
        }
    }

    /// Where a file lies: what has the spool's names, in the spool.
    private static func folder(of file: String, _ own: String) -> String {
        SpoolName(file) == nil ? own : "gate/\(Spool.submissionsFolder)"
    }

    package mutating func look(at confirmations: [(file: String, outcome: ConfirmationCheck.Outcome)]) {
        for (file, outcome) in confirmations {
            switch outcome {
            case .confirm(let order):
                outlook.confirmations += 1
                waiting.confirmations.insert(order.certificateRow)
            case .known:
                break
            case .refuse(let refusal, _, _) where refusal.code == .inaccessible:
                outlook.obstacles.append("inbox/\(InboxPreview.folder(of: file, "ack"))/\(file): \(refusal.text)")
            case .refuse(let refusal, _, let device):
                outlook.refused.append(
                    InboxOutlook.Rejected(
                        file: Inbox.rejectedName(of: file, device: device), device: device, code: refusal.code.rawValue,
                        text: refusal.text))
            }
        }
    }
}

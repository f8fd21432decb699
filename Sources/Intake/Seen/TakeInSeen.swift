import Delivery
import Fleet
import Planning
import Policy
import RotationModel
import System

/// The part of taking in that reads `inbox/gate/seen`: when each device last spoke to the gate, and new certificates that are proved by it.
///
/// A note leaves the spool only after what it says is committed. One that is read twice says nothing new.
package struct TakeInSeen {
    let source: InboxFolder
    let check: SeenCheck
    let run: RunContext

    package init(_ run: RunContext, source: InboxFolder, policies: PolicySet, revocations: RevocationScope) {
        self.run = run
        self.source = source
        check = SeenCheck(
            policies: policies, confirmations: ConfirmationCheck(at: run.at, revoked: revocations.rows))
    }

    package func perform(_ summary: inout IntakeSummary) async throws {
        let clearing = InboxClearing(run, source: source)
        guard source.obstacle == nil, source.exists else { return }
        let names = clearing.open(&summary) ?? []
        clearing.rejectUndecodable(&summary)
        run.observer.began(.takeIn, total: names.count)
        defer { run.observer.ended(.takeIn) }
        for chunk in names.chunked(by: SeenReader.batch) where !run.stop.isMade {
            let reading = try await SeenReader(source: source).read(Array(chunk))
            let outcome = try run.inventory.planningSnapshot { try check.judge(reading.seen, $0) }
            try run.inventory.recordSeen(outcome.devices)
            let passedOver = try run.inventory.confirm(outcome.confirmed, refused: [], run: run.id, at: run.at)
            summary.confirmed += outcome.confirmed.count - passedOver.count
            // One that stays is read again, and says nothing new.
            clearing.note(try await clearing.remove(reading.read).map(\.error), &summary)
            clear(reading, clearing, &summary)
            run.observer.advanced(.takeIn, by: chunk.count)
        }
    }

    private func clear(_ reading: SeenReader.Reading, _ clearing: InboxClearing, _ summary: inout IntakeSummary) {
        var rejections: [Rejection] = []
        for (file, refusal) in reading.refused {
            if refusal.code == .inaccessible {
                clearing.leave(file, refusal.text, &summary)
            } else {
                rejections.append(clearing.rejection(of: file, device: nil, refusal))
            }
        }
        clearing.reject(rejections, &summary)
    }
}

import Delivery
import Fleet
import Planning
import RotationModel
import System

/// The part of taking in that reads `inbox/ack`: devices' proofs that they hold the keys of their new certificates.
///
/// A file leaves the inbox only after what it says is committed: whenever the process dies, the file or its record is there.
package struct TakeInConfirmations {
    let source: InboxFolder
    let inventory: any FleetStore
    let revocations: RevocationScope
    let run: String
    let at: Timestamp
    let observer: any RunObserver

    package init(
        source: InboxFolder, inventory: any FleetStore, revocations: RevocationScope, run: String, at: Timestamp,
        observer: any RunObserver
    ) {
        self.source = source
        self.inventory = inventory
        self.revocations = revocations
        self.run = run
        self.at = at
        self.observer = observer
    }

    private static let batch = 1000

    package func perform(_ summary: inout IntakeSummary) async throws {
        let clearing = InboxClearing(source: source, run: run, at: at, observer: observer)
        let names = clearing.open(for: "confirmation", &summary)
        observer.began(.takeIn, total: names.count)
        defer { observer.ended(.takeIn) }
        clearing.rejectUndecodable(&summary)
        let reader = ConfirmationReader(source: source)
        let evaluation = ConfirmationCheck(at: at, revoked: revocations.rows)
        for chunk in names.chunked(by: TakeInConfirmations.batch) {
            let readings = try await reader.read(Array(chunk))
            let claims = try inventory.planningSnapshot { try evaluation.claims(readings, $0) }
            try await settle(try await evaluation.evaluate(claims), clearing, &summary)
            observer.advanced(.takeIn, by: chunk.count)
        }
    }

    private func settle(
        _ outcomes: [(file: String, outcome: ConfirmationCheck.Outcome)], _ clearing: InboxClearing,
        _ summary: inout IntakeSummary
    ) async throws {
        var confirmed: [(file: String, order: ConfirmationOrder)] = []
        var known: [String] = []
        var rejections: [Rejection] = []
        var refused: [RefusedFile] = []
        for (file, outcome) in outcomes {
            switch outcome {
            case .confirm(let order): confirmed.append((file, order))
            case .known: known.append(file)
            case .refuse(let refusal, _, _) where refusal.code == .inaccessible:
                clearing.leave(file, refusal.text, &summary)
            case .refuse(let refusal, let row, let device):
                rejections.append(clearing.rejection(of: file, device: device, refusal))
                refused.append(
                    RefusedFile(deviceRow: row, device: device, file: file, reason: refusal.description))
            }
        }
        let moved = Set(try inventory.confirm(confirmed.map(\.order), refused: refused, run: run, at: at))
        // One whose rotation moved meanwhile stays in the inbox, and is judged anew by the next run.
        let taken = confirmed.enumerated().filter { !moved.contains($0.offset) }.map(\.element.file)
        clearing.note(try await clearing.remove(taken + known), &summary)
        clearing.reject(rejections, &summary)
        summary.confirmed += taken.count
        summary.known += known.count
    }
}

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
    let revocations: RevocationScope
    let run: RunContext

    package init(_ run: RunContext, source: InboxFolder, revocations: RevocationScope) {
        self.run = run
        self.source = source
        self.revocations = revocations
    }

    private static let batch = 1000

    package func perform(_ summary: inout IntakeSummary) async throws {
        let clearing = InboxClearing(run, source: source)
        let names = clearing.open(for: "confirmation", &summary)
        clearing.rejectUndecodable(&summary)
        try await take(names, clearing, &summary)
    }

    /// Takes in what came through the gate, its spool being open.
    package func perform(_ spool: SpoolListing, _ summary: inout IntakeSummary) async throws {
        try await take(spool.confirmations, InboxClearing(run, source: source), &summary)
    }

    private func take(
        _ names: [String], _ clearing: InboxClearing, _ summary: inout IntakeSummary
    ) async throws {
        run.observer.began(.takeIn, total: names.count)
        defer { run.observer.ended(.takeIn) }
        let reader = ConfirmationReader(source: source)
        let evaluation = ConfirmationCheck(at: run.at, revoked: revocations.rows)
        for chunk in names.chunked(by: TakeInConfirmations.batch) where !run.stop.isMade {
            let readings = try await reader.read(Array(chunk))
            let claims = try run.inventory.planningSnapshot { try evaluation.claims(readings, $0) }
            try await settle(try await evaluation.evaluate(claims), clearing, &summary)
            run.observer.advanced(.takeIn, by: chunk.count)
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
                    RefusedFile(
                        deviceRow: row, device: device, file: file, reason: refusal.description,
                        mark: source.mark(of: file)?.text))
            }
        }
        let moved = Set(try run.inventory.confirm(confirmed.map(\.order), refused: refused, run: run.id, at: run.at))
        // One whose rotation moved meanwhile stays in the inbox, and is judged anew by the next run.
        let taken = confirmed.enumerated().filter { !moved.contains($0.offset) }.map(\.element.file)
        try clearing.note(try await clearing.remove(taken + known), &summary)
        clearing.reject(rejections, &summary)
        summary.confirmed += taken.count
        summary.known += known.count
    }
}

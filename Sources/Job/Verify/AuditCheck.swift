import Basics
import Fleet
import RotationModel
import System

/// The audit's chain, and what reports of runs said of it when they were written.
struct AuditCheck: VerificationCheck {
    let subject = "the audit"

    func look(at scene: VerificationScene, report: (Mismatch) throws -> Void) async throws {
        let anchors = try anchors(scene)
        guard let fault = try scene.inventory.auditFault(against: anchors) else { return }
        let (code, what): (String, String) =
            switch fault {
            case .broken(let entry):
                ("audit-broken", "the chain breaks at entry \(entry): it or one before it was changed or taken out")
            case .rewritten(let anchor, _):
                ("audit-rewritten", "entry \(anchor.entries) is not the one that a run's report speaks of")
            case .cut(let anchor, let last):
                ("audit-cut", "it ends with entry \(last), and a run's report speaks of entry \(anchor.entries)")
            }
        try report(
            Mismatch(
                code, at: "the audit", what,
                remedy: "keep the inventory as it is and compare it with a backup; where an older one was restored, "
                    + "`rotation-job recover --from-delivery`"))
    }

    /// Reports of runs that were lost with a newer inventory speak of another audit.
    private func anchors(_ scene: VerificationScene) throws -> [AuditAnchor] {
        let all = ReportedAnchors(folder: scene.workspace.configuration.reports).read()
        guard let shared = try scene.inventory.recoveries().map(\.entry).min() else { return all.map(\.anchor) }
        let known = Set(try scene.inventory.recentRuns(limit: .max).map(\.id))
        return all.filter { $0.anchor.entries <= shared || known.contains($0.run) }.map(\.anchor)
    }
}

/// The points of the audit that the reports folder keeps: a run's report says near its beginning how far the audit was.
struct ReportedAnchors {
    let folder: String

    /// Of so many of the newest reports.
    private static let most = 1000
    /// What lies before the anchor in a report is shorter.
    private static let head = 4096

    /// The anchors of reports that can be read; the others say nothing.
    func read() -> [(run: RunID, anchor: AuditAnchor)] {
        guard let names = try? Folder(opening: folder).names() else { return [] }
        return names.filter { $0.hasPrefix("run-") && $0.hasSuffix(".json") }.suffix(ReportedAnchors.most)
            .compactMap { name in
                anchor(in: "\(folder)/\(name)").map { (RunID(String(name.dropFirst(4).dropLast(5))), $0) }
            }
    }

    private func anchor(in path: String) -> AuditAnchor? {
        guard let file = try? OpenFile(reading: path), let kind = try? file.identity().kind, kind == .regular,
            let bytes = try? file.bytes(atMost: ReportedAnchors.head)
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let pattern = /"audit":\{"entries":(?<entries>[0-9]{1,18}),"hash":"(?<hash>[0-9a-f]{64})"\}/
        guard let match = text.firstMatch(of: pattern), let entries = Int64(match.output.entries),
            let hash = SHA256Digest(hex: String(match.output.hash))
        else { return nil }
        return AuditAnchor(entries: entries, hash: hash)
    }
}

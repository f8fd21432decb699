import Delivery
import Fleet
import RotationModel

/// Opens the gate's spool, before a run takes anything in.
package struct OpenSpool {
    let source: InboxFolder
    let run: RunContext

    package init(_ run: RunContext, source: InboxFolder) {
        self.run = run
        self.source = source
    }

    /// - Parameter isExpected: whether there is a gate; then the folder has to be there.
    package func perform(isExpected: Bool, _ summary: inout IntakeSummary) async throws -> SpoolListing {
        let clearing = InboxClearing(run, source: source)
        let names = isExpected ? clearing.open(for: "submission", &summary) : clearing.open(&summary) ?? []
        guard source.obstacle == nil, source.exists else { return try await SpoolListing(of: [], in: source) }
        clearing.rejectUndecodable(&summary)
        // What is not there any more cannot be read a second time.
        try run.inventory.forgetSubmissions(except: Set(names))
        return try await SpoolListing(of: names, in: source)
    }
}

import Basics
import Fleet
import Job

/// What `recover --from-delivery` did, and what it could not know.
package struct RecoveryText {
    let report: RecoveryReport
    let style: Style

    package init(_ report: RecoveryReport, style: Style = .plain) { (self.report, self.style) = (report, style) }

    package var text: String {
        guard let past = report.past else {
            return "The inventory is as new as what was published: nothing to do.\n"
        }
        let entries = report.entries
        let lines =
            [
                "of \(counted(report.manifests, "manifest")) \(report.newer) were newer than the inventory",
                "\(counted(report.certificates, "certificate")) that had been handed out on record again",
                "\(counted(report.asked, "device")) asked for a CSR again",
                "\(counted(entries.revoked, "certificate")) REVOKED as published CRLs say, "
                    + "\(entries.corrected) with another date or reason, \(counted(entries.refusedKeys, "key")) refused",
            ]
            + report.lists.map { "\($0.file): the next one has number \($0.number + 1) or more" }
        return style.bold("Brought forward") + ": \(past.sentence).\n" + lines.map { "  \($0)\n" }.joined() + unknown
            + "\nNext: rotation-job plan, then rotation-job run, which publishes.\n"
    }

    private var unknown: String {
        let more = report.untold > 0 ? ["and \(report.untold) more"] : []
        let always = [
            "what came in after the inventory was saved (imports, CSRs, confirmations) and was not published: devices hand theirs in again, imports are to be done again",
            "orders that people gave and that no CRL shows yet (revoke, resume): give them again; reports/ says what runs did",
        ]
        return "\n" + style.bold("Not known") + "\n" + (report.unknown + more + always).map { "  \($0)\n" }.joined()
    }
}

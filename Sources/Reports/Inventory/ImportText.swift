import Basics
import Fleet
import RotationModel

/// What an import did, for people.
package struct ImportText {
    let summary: ImportSummary
    let isDryRun: Bool
    let style: Style

    package init(_ summary: ImportSummary, isDryRun: Bool, style: Style = .plain) {
        self.summary = summary
        self.isDryRun = isDryRun
        self.style = style
    }

    package var text: String {
        var table = Table([.left, .right, .right, .right])
        table.addHeader(["", "ADDED", "UPDATED", "UNCHANGED"], style)
        for (name, tally) in [("devices", summary.devices), ("certificates", summary.certificates)] {
            table.add(
                [name, String(tally.added), String(tally.updated), String(tally.unchanged)].map { Table.Cell($0) })
        }
        return headline + table.text + notes
    }

    private var headline: String {
        let rejected =
            summary.rejected == 0
            ? "" : ", " + style.red("\(counted(summary.rejected, "row")) rejected") + " (named above)"
        let what: String
        if isDryRun {
            what = "Checked\(rejected); this was a dry run, and nothing was changed"
        } else if !summary.isCommitted {
            what = "Nothing was imported\(rejected); --strict takes all rows or none"
        } else {
            what = "Imported\(rejected)"
        }
        return style.bold(what) + ".\n"
    }

    private var notes: String {
        guard summary.noteCount > 0 else { return "" }
        let more = summary.noteCount - summary.notes.count
        return "\nTo know:\n" + summary.notes.map { "  \(Printable.text($0))\n" }.joined()
            + (more > 0 ? "  … and \(more) more\n" : "")
    }
}

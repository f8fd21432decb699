import Basics
import Fleet
import Planning
import RotationModel

/// The revocations in force, for people.
struct RevocationText {
    let outlooks: [RevocationOutlook]
    let style: Style

    /// Orders that a person gave and that are carried out are left out: they would fill the page for ever.
    private var shown: [RevocationOutlook] {
        outlooks.filter { $0.revocation.policy != nil || $0.due > 0 || $0.waiting > 0 }
    }

    var text: String {
        let outlooks = shown
        guard !outlooks.isEmpty else { return "" }
        var table = Table([.left, .left, .right, .right, .right, .right, .right, .right, .left])
        table.addHeader(
            ["REVOCATION", "REASON", "NAMED", "DESCENDANTS", "SAME KEY", "REVOKED", "GO NOW", "WAITING", "HOW"], style)
        for outlook in outlooks {
            table.add([
                Table.Cell(outlook.revocation.name), Table.Cell(outlook.revocation.reason.rawValue),
                number(outlook.matched), number(outlook.descendants), number(outlook.sharedKeys),
                number(outlook.revoked), number(outlook.due), number(outlook.waiting),
                Table.Cell(how(outlook.revocation)),
            ])
        }
        let nothing = outlooks.filter(\.namesNothing).map {
            style.yellow("\($0.revocation.name) names no certificate: ") + "look at what it matches\n"
        }.joined()
        return style.bold("Revocations") + "\n" + table.text + nothing
    }

    private func number(_ count: Int) -> Table.Cell { Table.Cell(count == 0 ? "·" : String(count)) }

    private func how(_ revocation: RevocationInForce) -> String {
        switch revocation.mode {
        case .revokeNow: "at once"
        case .replaceThenRevoke:
            revocation.deadline.map { "replaced first; on \($0) in any case" }
                ?? "replaced first, however long it takes"
        }
    }
}

/// Who has yet to answer, for people.
struct PickUpText {
    let pickUp: PickUp
    let style: Style

    /// Both lists of devices that are late.
    var overdue: String {
        list("Handed a replacement, not confirmed in time", pickUp.stuck)
            + list("Asked for a CSR, silent", pickUp.silent)
    }

    /// The same in a line, for a report that is about something else.
    var line: String {
        var parts: [String] = []
        if !pickUp.stuck.isEmpty {
            parts.append("\(counted(pickUp.stuck.count, "device")) handed a replacement and not confirmed in time")
        }
        if !pickUp.silent.isEmpty {
            parts.append("\(counted(pickUp.silent.count, "device")) asked for a CSR and silent")
        }
        return parts.isEmpty
            ? "" : style.yellow("Late: ") + parts.joined(separator: ", ") + "; see rotation-job status\n"
    }

    private func list(_ title: String, _ rotations: [OpenRotationListing]) -> String {
        guard !rotations.isEmpty else { return "" }
        var table = Table([.left, .left, .left, .left])
        table.addHeader(["DEVICE", "SINCE", "OLD ONE ENDS", "POLICY"], style)
        for rotation in rotations.prefix(10) {
            table.add([
                Table.Cell(rotation.device.text), Table.Cell(rotation.changedAt.rfc3339),
                Table.Cell(rotation.notAfter.rfc3339), Table.Cell(rotation.policy),
            ])
        }
        let rest = rotations.count > 10 ? "  … and \(rotations.count - 10) more\n" : ""
        return style.bold(title) + "\n" + table.text + rest
    }
}

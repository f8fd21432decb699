import Fleet
import Planning
import RotationModel

/// Devices that have yet to answer: those that did not collect or confirm, and those that were asked and are silent.
struct LateSection {
    let pickUp: PickUp
    private static let limit = 200

    init(_ pickUp: PickUp) { self.pickUp = pickUp }

    var section: Page.Section? {
        let body: HTML =
            """
            \(list("Handed a replacement, not confirmed in time", "stuck", pickUp.stuck))\
            \(list("Asked for a CSR, silent", "silent", pickUp.silent))
            """
        guard !pickUp.stuck.isEmpty || !pickUp.silent.isEmpty else { return nil }
        return Page.Section("late", "Stuck and silent devices", body)
    }

    private func list(_ title: String, _ id: String, _ rotations: [OpenRotationListing]) -> HTML {
        guard !rotations.isEmpty else { return "" }
        var table = HTMLTable(title, [.text("Device"), .text("Since"), .text("Old one ends"), .text("Policy")])
        for rotation in rotations.prefix(LateSection.limit) {
            table.add([
                "<span class=\"id\">\(name: rotation.device.text)</span>", "\(rotation.changedAt)",
                "\(rotation.notAfter)",
                "\(name: rotation.policy)",
            ])
        }
        return """
            <h3 id="\(id)">\(title): \(rotations.count)</h3>
            \(table.html ?? "")\(PlanSections.rest(
                rotations.count - LateSection.limit, "device", " All of them: <code>rotation-job status --json</code>"))
            """
    }
}

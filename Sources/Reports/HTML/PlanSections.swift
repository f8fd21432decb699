import Basics
import Planning
import RotationModel

/// What the pages of a dry run and of a run have in common: what was decided, in numbers.
struct PlanSections {
    let plan: RotationPlan
    let figures: PlanFigures

    /// How many groups a table lists; the listed rows and the CSV have what is left out.
    private static let groupLimit = 50

    init(_ plan: RotationPlan) {
        self.plan = plan
        figures = PlanFigures(plan)
    }

    /// When, of what, by which policies.
    var facts: HTML {
        """
        \(plan.deviceCount) \(Plural.of("device", plan.deviceCount)), \(plan.certificateCount) \
        \(Plural.of("certificate", plan.certificateCount)), \(plan.policies.files) policy \
        \(Plural.of("file", plan.policies.files)) (<code title="\(plan.policies.digest)">\
        \(String(plan.policies.digest.prefix(19)))…</code>)
        """
    }

    /// Policies that have stopped, and certificates that will not see the end of what holds them.
    private var alarms: [HTML] {
        let expiring = plan.expiringBeforeOpening
        return plan.halts.map { "<strong>Halted:</strong> \($0.sentence)" as HTML }
            + (expiring == 0
                ? []
                : [
                    """
                    <strong>\(expiring) held although expired, or expiring before the hold ends.</strong> Widen the windows, \
                    end the freeze, or write <code>onNoWindow: replace</code>.
                    """
                ])
    }

    /// Guards first: they decide whether any of the rest happens.
    var guards: HTML {
        let stops = plan.guards.map {
            "<strong>A guard:</strong> \($0.fact); \(HTML(commandsIn: $0.advice))" as HTML
        }
        let passed = plan.passedGuards.map { "<strong>Past a guard, as reviewed:</strong> \($0.fact)" as HTML }
        return "\((alarms + stops + passed).map { "<p class=\"alarm-box\">\($0)</p>\n" as HTML })"
    }

    var expiries: Page.Section? {
        plan.expiries.map { calendar in
            ExpirySection(calendar).section
        } ?? nil
    }

    /// What was found, the gravest first.
    var findings: Page.Section? {
        var table = HTMLTable(
            "Findings by severity",
            [
                .text("Finding"), .text("Severity"), .number("Certificates"), .number("Blocked"), .number("Held back"),
                .text("What it means"),
            ])
        let sorted = figures.findings.sorted {
            (Severity($0.key).rank, $1.value.count, $0.key.rawValue)
                < (Severity($1.key).rank, $0.value.count, $1.key.rawValue)
        }
        for (code, finding) in sorted {
            table.add([
                "<code>\(code.rawValue)</code>", Severity(code).badge, "\(finding.count)",
                HTMLTable.count(finding.blocked),
                HTMLTable.count(finding.held), "\(code.finding)",
            ])
        }
        return Page.Section("findings", "Findings by severity", table.html)
    }

    var policies: Page.Section? {
        let actions = figures.actions
        var table = HTMLTable(
            "Rows by policy", [.text("Policy")] + actions.map { .number($0.rawValue) } + [.number("all")])
        for (name, counts) in figures.byPolicy.sorted(by: {
            ($0.key.isEmpty ? 1 : 0, $0.key) < ($1.key.isEmpty ? 1 : 0, $1.key)
        }) {
            let all = counts.values.reduce(0, +)
            table.add(
                [PlanSections.policy(name, figures.places[name])]
                    + actions.map { HTMLTable.count(counts[$0] ?? 0) } + ["\(all)"])
        }
        return Page.Section("policies", "By policy", table.html)
    }

    static func policy(_ name: String, _ place: PolicyReference?) -> HTML {
        guard !name.isEmpty else { return "<span class=\"soft\">none</span>" }
        return
            "\(name: name)\(place.map { "<span class=\"small\">\(name: "\($0.file):\($0.line)")</span>" as HTML } ?? "")"
    }

    /// What waits, by what it waits for; and until when.
    var held: Page.Section? {
        let groups = figures.groups(.hold)
        var table = HTMLTable(
            "Rows: hold",
            [
                .text("What it waits for"), .text("Policy"), .number("Certificates"), .number("End before that"),
                .text("First ends"), .text("Until"),
            ])
        for group in groups.prefix(PlanSections.groupLimit) {
            table.add([
                "\(group.reason.sentence)", PlanSections.policy(group.policy?.name ?? "", nil), "\(group.count)",
                HTMLTable.count(group.expiring), "\(group.earliest)",
                group.until.map { "\($0)" } ?? PlanSections.end(of: group.reason.code),
            ])
        }
        return Page.Section(
            "held", "Held back",
            table.html.map { "\($0)\(PlanSections.rest(groups.count - PlanSections.groupLimit, "reason"))" })
    }

    /// Where no date says it.
    private static func end(of code: ReasonCode) -> HTML {
        switch code {
        case .wave: "the waves before have confirmed"
        case .halted: "somebody resumes the policy"
        case .rate: "a later run"
        default: HTMLTable.count(0)
        }
    }

    var blocked: Page.Section? {
        Page.Section("blocked", "Blocked", groups(.blocked, "What is missing"))
    }

    private func groups(_ action: ActionName, _ why: String) -> HTML? {
        let groups = figures.groups(action)
        var table = HTMLTable(
            "Rows: \(action.rawValue)", [.text(why), .text("Policy"), .number("Certificates"), .text("First ends")])
        for group in groups.prefix(PlanSections.groupLimit) {
            table.add([
                "\(group.reason.sentence)", PlanSections.policy(group.policy?.name ?? "", nil), "\(group.count)",
                "\(group.earliest)",
            ])
        }
        return table.html.map { "\($0)\(PlanSections.rest(groups.count - PlanSections.groupLimit, "reason"))" }
    }

    /// What a table leaves out.
    static func rest(_ count: Int, _ noun: String, _ where: HTML = "") -> HTML {
        count > 0 ? "<p class=\"soft\">… and \(count) more \(Plural.of(noun, count)).\(`where`)</p>\n" : ""
    }

    var revocations: Page.Section? {
        var table = HTMLTable(
            "Revocations in force",
            [
                .text("Revocation"), .text("Reason"), .number("Named"), .number("Descendants"), .number("Same key"),
                .number("Revoked"), .number("Go now"), .number("Waiting"), .text("How"),
            ])
        for outlook in plan.revocations {
            let numbers = [
                outlook.matched, outlook.descendants, outlook.sharedKeys, outlook.revoked, outlook.due, outlook.waiting,
            ]
            table.add(
                [
                    PlanSections.policy(outlook.revocation.name, outlook.revocation.policy),
                    "\(outlook.revocation.reason.rawValue)",
                ]
                    + numbers.map(HTMLTable.count) + [PlanSections.how(outlook.revocation)])
        }
        return Page.Section("revocations", "Revocations", table.html)
    }

    private static func how(_ revocation: RevocationInForce) -> HTML {
        switch revocation.mode {
        case .revokeNow: "at once"
        case .replaceThenRevoke:
            revocation.deadline.map { "replaced first; on \($0) in any case" }
                ?? "replaced first, however long it takes"
        }
    }
}

extension Severity {
    fileprivate var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }
}

import Basics
import Fleet
import Job
import Lifecycle
import Planning
import RotationModel

/// The fleet as OpenMetrics text. Gauges alone, because each time it is a look at how things stand; and no label holds what a device says of
/// itself, so that their values are bounded by the policies, the authorities and this file.
package struct MetricsText {
    let fleet: FleetMeasurements

    package init(_ fleet: FleetMeasurements) { self.fleet = fleet }

    /// So many issuers get a series of their own: whoever imports certificates names them.
    private static let mostIssuers = 20

    package var text: String {
        var text = OpenMetricsText()
        appendInventory(to: &text)
        appendPlan(to: &text)
        appendRotations(to: &text)
        appendLists(to: &text)
        appendRun(to: &text)
        appendInbox(to: &text)
        appendHouse(to: &text)
        return text.ended()
    }

    private var status: FleetStatus { fleet.status }

    private func appendInventory(to text: inout OpenMetricsText) {
        let inventory = fleet.inventory
        text.gauge("rotation_fleet_devices", "Devices of the inventory", inventory.devices)
        text.gauge(
            "rotation_fleet_devices_without_active",
            "Devices none of whose certificates is ACTIVE: they cannot connect",
            inventory.devicesWithoutActive)
        text.gauges(
            "rotation_fleet_certificates", "Certificates of devices, by status", label: "status",
            CertificateStatus.allCases.map { status in
                (status.rawValue, inventory.byStatus.first { $0.name == status.rawValue }?.count ?? 0)
            })
        text.gauges(
            "rotation_fleet_active_certificates_by_key", "ACTIVE certificates, by the algorithm of their key",
            label: "algorithm", inventory.byKeyAlgorithm.map { ($0.name, $0.count) })
        text.gauges(
            "rotation_fleet_active_certificates_by_issuer",
            "ACTIVE certificates, by issuer; all beyond the first \(MetricsText.mostIssuers) are `other`",
            label: "issuer",
            MetricsText.bounded(inventory.byIssuer))
        text.gauges(
            "rotation_fleet_expiring_certificates",
            "ACTIVE certificates that end within so many days; 0 for those that ended",
            label: "days",
            zip([0, 7, 30, 90], cumulative).map { (String($0), $1) })
        if let unseen = status.unseenDevices {
            text.gauge(
                "rotation_fleet_devices_not_seen",
                "Devices that did not speak to the gate for \(FleetStatus.unseenAfter.approximate)", unseen)
        }
    }

    private var cumulative: [Int] {
        let inventory = fleet.inventory
        return [
            inventory.expired, inventory.expired + inventory.expiringWithin7Days,
            inventory.expired + inventory.expiringWithin30Days, inventory.expired + inventory.expiringWithin90Days,
        ]
    }

    private static func bounded(_ counts: [InventorySummary.Count]) -> [(String, Int)] {
        let others = counts.dropFirst(mostIssuers)
        return counts.prefix(mostIssuers).map { ($0.name, $0.count) }
            + (others.isEmpty ? [] : [("other", others.reduce(0) { $0 + $1.count })])
    }

    private func appendPlan(to text: inout OpenMetricsText) {
        let plan = status.plan
        text.gauges(
            "rotation_plan_certificates", "What a run would do now, by action", label: "action",
            plan.summary.map { ($0.action.rawValue, $0.count) })
        var rows: [String: [ActionName: Int]] = [:]
        for decision in plan.decisions {
            if let policy = decision.policy { rows[policy.name, default: [:]][decision.action.name, default: 0] += 1 }
        }
        if !rows.isEmpty {
            text.begin(
                "rotation_policy_certificates", type: "gauge", help: "The same, by the policy or the rule that decides")
        }
        for (policy, counts) in rows.sorted(by: { $0.key < $1.key }) {
            for action in ActionName.allCases {
                guard let count = counts[action] else { continue }
                text.sample(
                    "rotation_policy_certificates", [("policy", policy), ("action", action.rawValue)], String(count))
            }
        }
        var ends: [String: Timestamp] = [:]
        for decision in plan.decisions where decision.action.name != .retire && decision.action.name != .revoke {
            guard let policy = decision.policy?.name else { continue }
            ends[policy] = ends[policy].map { min($0, decision.notAfter) } ?? decision.notAfter
        }
        text.gauges(
            "rotation_policy_next_expiry_timestamp_seconds", unit: "seconds",
            "When the first of a policy's certificates that are due ends", label: "policy",
            ends.sorted { $0.key < $1.key }.map { ($0.key, Int($0.value.seconds)) })
        text.gauge(
            "rotation_plan_expiring_held", "Held by windows or freezes, and expired or expiring before they end",
            plan.expiringBeforeOpening)
        text.gauge("rotation_plan_broken_guards", "Guards that would stop the next run", plan.guards.count)
        text.gauges(
            "rotation_policy_halted", "Policies that have stopped by themselves", label: "policy",
            plan.halts.map { ($0.policy, 1) })
    }

    private func appendRotations(to text: inout OpenMetricsText) {
        text.gauges(
            "rotation_rotations", "Rotations under way, by state", label: "state",
            status.pickUp.rotations.map { ($0.state.rawValue, $0.count) })
        text.gauge(
            "rotation_devices_stuck", "Devices that were handed a replacement and did not confirm it in time",
            status.pickUp.stuck.count)
        text.gauge(
            "rotation_devices_silent", "Devices that were asked for a CSR and did not hand one in in time",
            status.pickUp.silent.count)
    }

    private func appendLists(to text: inout OpenMetricsText) {
        text.gauges(
            "rotation_crl_number", "The number of a certificate revocation list", label: "list",
            fleet.lists.map { ($0.name, Int($0.number)) })
        text.gauges(
            "rotation_crl_this_update_timestamp_seconds", unit: "seconds", "When a list was made", label: "list",
            fleet.lists.map { ($0.name, Int($0.thisUpdate.seconds)) })
        text.gauges(
            "rotation_crl_next_update_timestamp_seconds", unit: "seconds", "When verifiers stop to believe a list",
            label: "list", fleet.lists.map { ($0.name, Int($0.nextUpdate.seconds)) })
    }

    private func appendRun(to text: inout OpenMetricsText) {
        guard let run = status.runs.first else { return }
        text.gauge(
            "rotation_run_started_timestamp_seconds", unit: "seconds", "When the last run started",
            Int(run.startedAt.seconds))
        if let ended = run.endedAt {
            text.gauge(
                "rotation_run_ended_timestamp_seconds", unit: "seconds", "When the last run ended", Int(ended.seconds))
            text.gauge(
                "rotation_run_duration_seconds", unit: "seconds", "How long the last run took",
                Int((ended - run.startedAt).seconds))
        }
        text.gauges(
            "rotation_run_outcome", "How the last run ended: 1 for that outcome", label: "outcome",
            MetricsText.outcomes.map { ($0, (run.outcome ?? MetricsText.notEnded) == $0 ? 1 : 0) })
        text.gauges(
            "rotation_run_certificates", "What the last run did, by outcome of the plan's rows", label: "status",
            RowResult.Status.allCases.compactMap { status in
                run.counts[status.rawValue].map { (status.rawValue, $0) }
            })
    }

    private static let notEnded = "not-ended"
    private static let outcomes =
        [RunOutcome.Ending.completed, .partial, .guarded, .stopped].map(\.rawValue)
        + [RunRecord.failed, RunRecord.interrupted, notEnded]

    private func appendInbox(to text: inout OpenMetricsText) {
        if let inbox = status.plan.inbox {
            text.gauges(
                "rotation_inbox_files", "What the next run takes out of the inbox", label: "kind",
                [
                    ("csr", inbox.usable), ("confirmation", inbox.confirmations), ("refused", inbox.refused.count),
                    ("obstacle", inbox.obstacles.count),
                ])
        }
        text.gauge(
            "rotation_waiting_requests", "CSRs that were taken and wait for their device to become due",
            status.waitingRequests)
        if let oldest = fleet.oldestInInbox {
            text.gauge(
                "rotation_inbox_oldest_timestamp_seconds", unit: "seconds", "When what waits longest was handed in",
                Int(oldest.seconds))
        }
    }

    private func appendHouse(to text: inout OpenMetricsText) {
        if let audit = status.audit {
            text.gauge("rotation_audit_entries", "Entries of the audit", Int(audit.entries))
        }
        text.gauge(
            "rotation_attention", "What needs a person: `rotation-job status` says it in sentences",
            status.attention.count)
        text.gauge(
            "rotation_metrics_timestamp_seconds", unit: "seconds", "The time that all of this was judged at",
            Int(status.at.seconds))
    }
}

extension OpenMetricsText {
    fileprivate mutating func gauge(_ name: String, unit: String = "", _ help: String, _ value: Int) {
        begin(name, type: "gauge", unit: unit, help: help)
        sample(name, [], String(value))
    }

    fileprivate mutating func gauges(
        _ name: String, unit: String = "", _ help: String, label: String, _ values: [(String, Int)]
    ) {
        // A family that nothing is to be said of now would be a name without a number.
        guard !values.isEmpty else { return }
        begin(name, type: "gauge", unit: unit, help: help)
        for (value, count) in values { sample(name, [(label, value)], String(count)) }
    }
}

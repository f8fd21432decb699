import RotationModel
import Testing

@testable import Fleet
@testable import Job
@testable import Planning
@testable import Reports

@Suite("The fleet as OpenMetrics text")
struct MetricsTextTests {
    private func measured(issuers: Int = 1, lists: [CRLState] = []) -> FleetMeasurements {
        FleetMeasurements(
            status: FleetStatus(
                at: Fixture.now, runs: [], plan: Fixture.plan(Fixture.decisions), waitingRequests: 5),
            inventory: InventorySummary(
                devices: 7, certificates: 9, accounts: 1, byStatus: [.init(name: "ACTIVE", count: 9)],
                byKeyAlgorithm: [.init(name: "ecdsa-p256", count: 9)],
                byIssuer: (0..<issuers).map { .init(name: "CN=\"\($0)\"", count: 100 - $0) }, expired: 1,
                expiringWithin7Days: 2, expiringWithin30Days: 4, expiringWithin90Days: 4, devicesWithoutActive: 0),
            lists: lists, oldestInInbox: Fixture.now - .days(3))
    }

    private func lines(_ fleet: FleetMeasurements) -> [String] {
        MetricsText(fleet).text.split(separator: "\n").map(String.init)
    }

    @Test("Each family is named once, before its samples, and a status that no certificate has is 0")
    func families() {
        let lines = lines(measured())
        let families = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
        #expect(Set(families).count == families.count && families.count > 15)
        #expect(lines.contains(#"rotation_fleet_certificates{status="ACTIVE"} 9"#))
        #expect(lines.contains(#"rotation_fleet_certificates{status="REVOKED"} 0"#))
        #expect(lines.contains("rotation_inbox_oldest_timestamp_seconds \((Fixture.now - .days(3)).seconds)"))
        #expect(lines.last == "# EOF")
    }

    @Test("Those that end within more days hold those that end within fewer, and those that have ended")
    func cumulative() {
        let ending = lines(measured()).filter { $0.hasPrefix("rotation_fleet_expiring_certificates{") }
        #expect(ending.map { $0.split(separator: " ")[1] } == ["1", "3", "5", "5"])
    }

    @Test("However many issuers there are, no more than 20 have a series, and the others are one")
    func bounded() {
        let issuers = lines(measured(issuers: 50)).filter {
            $0.hasPrefix("rotation_fleet_active_certificates_by_issuer{")
        }
        #expect(
            issuers.count == 21 && issuers[0] == #"rotation_fleet_active_certificates_by_issuer{issuer="CN=\"0\""} 100"#
        )
        #expect(
            issuers.last
                == #"rotation_fleet_active_certificates_by_issuer{issuer="other"} \#((20..<50).reduce(0) { $0 + 100 - $1 })"#
        )
    }

    @Test("Rows count for the policy that decides, by action")
    func policies() {
        let rows = lines(measured()).filter { $0.hasPrefix("rotation_policy_certificates{policy=\"field\"") }
        let total = rows.compactMap { Int($0.split(separator: " ").last ?? "") }.reduce(0, +)
        #expect(total == Fixture.decisions.count { $0.policy?.name == "field" } && total > 0)
    }
}

import Fleet
import Policy
import RotationModel
import Testing

@testable import Job
@testable import Planning

@Suite("Why a device is treated as it is")
struct DeviceExplanationTests {
    private func fleet(_ policies: [PolicyText]) throws -> TestFleet {
        let fleet = try TestFleet(policies: policyFile(policies))
        try fleet.add("d1", left: .days(10), labels: ["product": "pump"])
        try fleet.add("d2", left: .days(60), labels: ["product": "pump"])
        try fleet.add("d3", left: .days(10), status: .inactive, labels: ["product": "pump"])
        try fleet.add("d4", left: .days(10), labels: ["product": "valve"])
        return try fleet.load()
    }

    private let pumps = PolicyText(name: "pumps", match: "{ labels: { product: pump } }")

    private func explain(_ fleet: TestFleet, _ device: String) async throws -> DeviceExplanation {
        try await DryRun(fleet.workspace, at: TestFleet.now).explain(DeviceID(checked: device))
    }

    @Test("What the next run does is the plan's own row", arguments: ["d1", "d2", "d3", "d4"])
    func rows(device: String) async throws {
        let fleet = try fleet([pumps])
        try fleet.handIn("d1")
        let plan = try await fleet.plan().decisions.filter { $0.device.text == device }
        let explanation = try await explain(fleet, device)
        let rows = try #require(explanation.decisions)
        #expect(rows.map(\.action.name) == plan.map(\.action.name))
        #expect(rows.map(\.reason) == plan.map(\.reason))
        #expect(rows.map(\.action.name) == (device == "d1" ? [.issue] : device == "d4" ? [.uncovered] : []))
        #expect(explanation.policy?.name == (["d1", "d2"].contains(device) ? "pumps" : nil))
        #expect((explanation.current == nil) == (device == "d3"))
    }

    @Test("Dates are those of the current certificate under the policy that decides")
    func dates() async throws {
        let explanation = try await explain(fleet([pumps]), "d2")
        let dates = try #require(explanation.dates)
        #expect(dates.notAfter - TestFleet.now == .days(60))
        #expect(dates.due == dates.notAfter - .days(30))
        #expect(dates.latestDue == dates.due)
        #expect(dates.renewBefore == .days(30))
    }

    @Test("Policies that claim a device together are explained, although no plan can be made")
    func tied() async throws {
        let other = PolicyText(name: "others", match: "{ device: \"d*\" }")
        let explanation = try await explain(fleet([pumps, other]), "d1")
        #expect(explanation.decisions == nil)
        #expect(explanation.planFailure?.message.contains("same priority") == true)
        #expect(explanation.considerations.map(\.outcome) == [.tied(with: ["pumps"]), .tied(with: ["others"])])
        #expect(explanation.policy == nil)
    }

    @Test("A device that is not there is an error with the names that are near")
    func unknown() async throws {
        let fleet = try fleet([pumps])
        let error = try await #require(throws: RotationError.self) { _ = try await self.explain(fleet, "d11") }
        #expect(error.code == .badInput)
        #expect(error.advice.contains("did you mean d1"))
    }
}

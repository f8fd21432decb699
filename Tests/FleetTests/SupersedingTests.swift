import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("Giving a replacement up for another")
struct SupersedingTests {
    enum Verb: CaseIterable { case reserve, rekey }

    private func workspace(isPublished: Bool = true) throws -> Workspace {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        if isPublished {
            try workspace.deliver("d", run: "r")
        } else {
            _ = try workspace.issueOne(workspace.planningDevice("d"), key: "new-d", serial: 1, run: "r")
        }
        try workspace.inventory.take(
            [.fake(workspace.planningDevice("d"), key: "k2")], refused: [], run: "r", at: Workspace.now)
        return workspace
    }

    /// - Returns: Whether anything came of it.
    private func act(
        _ verb: Verb, in workspace: Workspace, supersedes: Bool, revocation: Int64? = nil
    ) throws -> Bool {
        let device = try workspace.planningDevice("d")
        switch verb {
        case .reserve:
            var order = ReservationOrder.fake(device, serial: 2)
            (order.supersedes, order.revocation) = (supersedes, revocation)
            return try !workspace.inventory.reserve([order], batch: "b", run: "r", at: Workspace.now).reserved.isEmpty
        case .rekey:
            var order = RekeyOrder.fake(device)
            (order.supersedes, order.revocation) = (supersedes, revocation)
            return try !workspace.inventory.recordRekey([order], run: "r", at: Workspace.now).isEmpty
        }
    }

    @Test(
        "A replacement that is not confirmed gives way where the order says so, and is INACTIVE",
        arguments: Verb.allCases,
        [true, false])
    func supersede(verb: Verb, isPublished: Bool) throws {
        let workspace = try workspace(isPublished: isPublished)
        #expect(try !act(verb, in: workspace, supersedes: false))
        #expect(try workspace.statuses("d") == [.active, .pendingActivation])

        #expect(try act(verb, in: workspace, supersedes: true, revocation: workspace.order("lot")))
        #expect(try workspace.statuses("d") == [.active, .inactive])
        #expect(try workspace.rotationStates("d") == [.cancelled, verb == .reserve ? .ready : .awaitingCSR])
        #expect(try workspace.show("d").rotations.map(\.revocation) == [nil, "lot"])
        let why = try workspace.audited(.rotationCancelled, device: "d")
        #expect(why.count == 1 && why[0].contains("was not confirmed, and another takes its place"), "\(why)")
        #expect(try workspace.planningDevice("d").pending == [])
    }

    @Test(
        "A confirmed replacement gives way only where the caller says so; its rotation is complete, and no certificate goes",
        arguments: Verb.allCases)
    func confirmed(verb: Verb) throws {
        let workspace = try workspace()
        try workspace.confirm("d", run: "r")
        #expect(try !act(verb, in: workspace, supersedes: false))
        #expect(try workspace.rotationStates("d") == [.confirmed])
        #expect(try act(verb, in: workspace, supersedes: true))
        #expect(try workspace.rotationStates("d") == [.completed, verb == .reserve ? .ready : .awaitingCSR])
        #expect(try workspace.statuses("d") == [.active, .active])
        #expect(try workspace.audited(.completed, device: "d").count == 1)
    }

    @Test("Where the new order fails, the old replacement is not given up")
    func failing() throws {
        let workspace = try workspace()
        try workspace.inventory.refuseKeys(
            [FakeCertificate.key("k2")], order: workspace.order("lot"), run: "r", at: Workspace.now)
        #expect(try !act(.reserve, in: workspace, supersedes: true))
        #expect(try workspace.statuses("d") == [.active, .pendingActivation])
        #expect(try workspace.rotationStates("d") == [.delivered])
    }

    @Test("A rotation keeps the revocation that caused it when it goes on without one, and its certificate names it")
    func revocation() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        let id = try workspace.order("lot")
        let device = try workspace.planningDevice("d")
        var ask = RekeyOrder.fake(device)
        ask.revocation = id
        _ = try workspace.inventory.recordRekey([ask], run: "r", at: Workspace.now)
        #expect(try workspace.planningDevice("d").rotation?.revocation == id)
        _ = try workspace.issueOne(device, key: "k", serial: 1, run: "r")
        #expect(try workspace.planningDevice("d").rotation?.revocation == id)
        #expect(try workspace.certificates("d").map(\.causedBy) == [nil, id])
    }
}

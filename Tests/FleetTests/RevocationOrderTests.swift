import RotationModel
import Testing

@testable import Fleet

@Suite("Revocation orders")
struct RevocationOrderTests {
    private func orders(_ workspace: Workspace) throws -> [RevocationOrder] {
        try workspace.inventory.planningSnapshot { try $0.revocationOrders() }
    }

    @Test("An order that is given by hand is kept with its terms, certificates and keys, and audited without a run")
    func manual() throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        let seeds = try workspace.certificates("a").map(\.row)
        let keys = ["k1", "k2"].map(FakeCertificate.key)
        let id = try workspace.inventory.recordRevocationOrder(
            RevocationOrderDraft(
                name: "manual-1", kind: .manual, reason: .keyCompromise, mode: .replaceThenRevoke, deadline: .hours(72),
                note: "theft", seeds: seeds + seeds, refusedKeys: keys), by: .person("alice"), at: Workspace.now)
        let order = RevocationOrder(
            id: id, name: "manual-1", kind: .manual, reason: .keyCompromise, mode: .replaceThenRevoke,
            deadline: .hours(72), recordedAt: Workspace.now, actor: "alice", note: "theft", run: nil, withdrawnAt: nil,
            withdrawnBy: nil, seeds: seeds)
        #expect(try orders(workspace) == [order])
        try workspace.inventory.planningSnapshot { snapshot throws in
            #expect(try snapshot.revocationOrder(named: "manual-1") == order)
            #expect(try snapshot.revocationOrder(named: "manual-2") == nil)
            #expect(try Set(snapshot.refusedKeys(of: id)) == Set(keys))
            #expect(try snapshot.isRefused(keys[0].identity) && !snapshot.isRefused(FakeCertificate.keyIdentity("k3")))
        }
        var entries: [AuditEntry] = []
        try workspace.inventory.audit { if $0.action != "imported" { entries.append($0) } }
        #expect(entries.map(\.action) == ["revocation-ordered", "key-refused", "key-refused"])
        #expect(entries.allSatisfy { $0.actor == "alice" && $0.run == nil })
        #expect(entries.first?.device == "a" && entries.first?.detail.contains(#""deadline":"3d""#) == true)
        #expect(try workspace.inventory.verifyAuditChain() == nil)
    }

    @Test("A name is given once, by hand or by a rule, even after it was withdrawn")
    func sameName() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.order("lot")
        try workspace.inventory.withdrawRevocationOrder("lot", by: .person("bob"), at: Workspace.now)
        #expect(failure { try workspace.order("lot") }?.code == .badInput)
        let rule = failure {
            try workspace.inventory.ensureRevocationOrder(
                name: "lot", reason: .superseded, mode: .revokeNow, deadline: nil, run: "r", at: Workspace.now)
        }
        #expect(rule?.code == .badInput && rule?.message.contains("by hand") == true)
        #expect(try orders(workspace) == [])
    }

    @Test("A certificate that is not there is not recorded as one to revoke, and neither is the order")
    func badSeed() throws {
        let workspace = try Workspace([FakeDevice("d")])
        #expect(throws: RotationError.self) { try workspace.order("lot", seeds: [99]) }
        #expect(try orders(workspace) == [])
    }

    @Test("A rule's order keeps its time while its terms change, and says nothing when they do not")
    func rule() throws {
        let workspace = try Workspace()
        try workspace.beginRun("r")
        try workspace.beginRun("r2")
        func ensure(_ reason: RevocationReason, _ deadline: TimeSpan?, _ run: RunID, hours: Int64) throws -> Int64 {
            try workspace.inventory.ensureRevocationOrder(
                name: "lot", reason: reason, mode: .replaceThenRevoke, deadline: deadline, run: run,
                at: Workspace.now + .hours(hours))
        }
        let id = try ensure(.superseded, nil, "r", hours: 0)
        #expect(try ensure(.superseded, nil, "r2", hours: 1) == id)
        #expect(try workspace.audited(.revocationOrdered).count == 1)
        #expect(try ensure(.keyCompromise, .hours(5), "r2", hours: 2) == id)
        let order = try #require(try orders(workspace).first)
        #expect(order.kind == .policy && order.actor == "timer" && order.run == "r")
        #expect(order.reason == .keyCompromise && order.deadline == .hours(5))
        #expect(order.recordedAt == Workspace.now)
        #expect(try workspace.audited(.revocationOrdered).last?.contains(#""change":"changed""#) == true)
    }

    @Test("A withdrawn order is no longer in force; a rule that is back is, and its deadline counts anew")
    func withdraw() throws {
        let workspace = try Workspace()
        try workspace.beginRun("r")
        func ensure(days: Int64) throws {
            try workspace.inventory.ensureRevocationOrder(
                name: "lot", reason: .superseded, mode: .replaceThenRevoke, deadline: .days(1), run: "r",
                at: Workspace.now + .days(days))
        }
        try ensure(days: 0)
        #expect(
            try workspace.inventory.withdrawRevocationOrder("lot", by: .person("bob"), at: Workspace.now + .days(1)))
        #expect(
            try !workspace.inventory.withdrawRevocationOrder("lot", by: .person("bob"), at: Workspace.now + .days(2)))
        #expect(try !workspace.inventory.withdrawRevocationOrder("none", by: .person("bob"), at: Workspace.now))
        #expect(try orders(workspace) == [])
        let gone = try workspace.inventory.planningSnapshot { try $0.revocationOrder(named: "lot") }
        #expect(gone?.withdrawnBy == "bob" && gone?.withdrawnAt == Workspace.now + .days(1))
        #expect(try workspace.audited(.revocationWithdrawn) == [#"{"order":"lot"}"#])

        try ensure(days: 10)
        let back = try #require(try orders(workspace).first)
        #expect(back.withdrawnAt == nil && back.recordedAt == Workspace.now + .days(10))
        #expect(try workspace.audited(.revocationOrdered).last?.contains(#""change":"reinstated""#) == true)
    }

    @Test("A key is refused once for an order; CSRs that wait with it are forgotten and their devices told")
    func refuseKeys() throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        try workspace.beginRun("r")
        for device in ["a", "b"] {
            try workspace.inventory.take(
                [.fake(workspace.planningDevice(device), key: "k-\(device)")], refused: [], run: "r", at: Workspace.now)
        }
        let key = FakeCertificate.key("k-a")
        let (first, second) = (try workspace.order("one"), try workspace.order("two"))
        for expected in [1, 0] {
            #expect(
                try workspace.inventory.refuseKeys([key], order: first, run: "r", at: Workspace.now) == expected)
        }
        #expect(try workspace.inventory.refuseKeys([key], order: second, run: "r", at: Workspace.now) == 1)
        #expect(try workspace.audited(.keyRefused).count == 2)
        #expect(try workspace.planningDevice("a").request == nil)
        #expect(
            try workspace.planningDevice("a").refused
                == "revoked-key: this key was revoked as compromised and is never taken again; make a new key")
        #expect(try workspace.planningDevice("b").request != nil && workspace.planningDevice("b").refused == nil)
        try workspace.inventory.withdrawRevocationOrder("one", by: .person("bob"), at: Workspace.now)
        try workspace.inventory.planningSnapshot { snapshot throws in
            #expect(try snapshot.refusedKeys(of: second) == [key])
            #expect(try snapshot.isRefused(key.identity))
        }
    }

    @Test("Nothing is reserved for a refused key, wherever it comes from", arguments: [KeySource.request, .currentKey])
    func reserve(source: KeySource) throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        try workspace.beginRun("r")
        let key = FakeCertificate.key(source == .request ? "ka" : "a")
        try workspace.inventory.refuseKeys([key], order: workspace.order("lot"), run: "r", at: Workspace.now)
        for device in ["a", "b"] {
            try workspace.inventory.take(
                [.fake(workspace.planningDevice(device), key: "k\(device)")], refused: [], run: "r", at: Workspace.now)
        }
        let orders = try ["a", "b"].enumerated().map { index, device in
            ReservationOrder.fake(try workspace.planningDevice(device), serial: UInt8(index), keySource: source)
        }
        let result = try workspace.inventory.reserve(orders, batch: "b", run: "r", at: Workspace.now)
        #expect(result.reserved.map(\.index) == [1])
        #expect(result.skipped.map(\.index) == [0])
        #expect(result.skipped.first?.why.contains("the key is refused") == true)
        #expect(try workspace.planningDevice("a").rotation == nil)
    }
}

import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("Confirming, as the inventory records it")
struct ConfirmationTests {
    private static let later = Workspace.now + .hours(1)

    @Test("A confirmed replacement is ACTIVE and comes first; the old certificate stays, marked as replaced")
    func confirm() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        let before = try workspace.planningDevice("d")
        #expect(before.active.map(\.isReplaced) == [false] && before.pending.map(\.confirmedAt) == [nil])

        try workspace.confirm("d", run: "r", at: Self.later)
        let device = try workspace.planningDevice("d")
        #expect(device.pending == [])
        #expect(device.active.map(\.row) == before.pending.map(\.row) + before.active.map(\.row))
        #expect(device.active.map(\.isReplaced) == [false, true])
        #expect(device.active.map(\.confirmedAt) == [Self.later, nil])
        #expect(device.rotation?.state == .confirmed && device.rotation?.confirmedAt == Self.later)
        #expect(try workspace.show("d").listing.certificates.last?.statusAt == Self.later)
        #expect(try workspace.inventory.verifyAuditChain() == nil)
        let detail = try workspace.audited(.confirmed, device: "d")
        #expect(detail.count == 1)
        #expect(detail.first?.contains(#""sequence":1,"time":"1970-01-24T03:33:20Z""#) == true)
    }

    @Test("A replaced certificate is not the current one again because it lasts longer")
    func order() throws {
        let long = FakeCertificate(name: "d", notAfter: 999_000_000)
        let workspace = try Workspace([FakeDevice("d", certificates: [("ACTIVE", long)])])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        try workspace.confirm("d", run: "r")
        #expect(try workspace.planningDevice("d").active.last?.fingerprint == long.fingerprint)
        let context = try workspace.inventory.planningSnapshot { try $0.intakeContext(DeviceID(checked: "d")) }
        #expect(context?.current?.fingerprint == (try workspace.confirmableRotation("d").replacement.fingerprint))
    }

    @Test("What was recorded and never marked as published can be confirmed: the device had it")
    func confirmIssued() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        let manifest = try workspace.issueOne(workspace.planningDevice("d"), key: "k", serial: 1, run: "r")
        try workspace.confirm("d", run: "r")
        try workspace.inventory.markPublished([manifest], run: "r", at: Self.later)
        #expect(try workspace.rotationStates("d") == [.confirmed])
        #expect(try workspace.statuses("d") == [.active, .active])
    }

    @Test("A CSR with the confirmed key is forgotten; one with another key waits on", arguments: [true, false])
    func waitingRequest(sameKey: Bool) throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        try workspace.inventory.take(
            [.fake(workspace.planningDevice("d"), key: sameKey ? "new-d" : "other")], refused: [], run: "r",
            at: Workspace.now)
        try workspace.confirm("d", run: "r")
        #expect(try workspace.inventory.waitingRequestCount() == (sameKey ? 0 : 1))
    }

    enum Change: CaseIterable { case again, revoked, inactive, superseded, otherRotation, otherCertificate }

    @Test("What no longer holds is not confirmed, and is named by its place", arguments: Change.allCases)
    func passedOver(change: Change) throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        try workspace.beginRun("r")
        try workspace.deliver("a", "b", run: "r")
        var order = try ConfirmationOrder(workspace.confirmationContext("a"))
        let replacement = FakeCertificate(
            name: "new-a", notBefore: Workspace.now.seconds, notAfter: 99_000_000, key: "new-a", serial: [0x40, 1])
        switch change {
        case .again: try workspace.confirm("a", run: "r")
        case .revoked, .inactive:
            let status = change == .revoked ? "REVOKED" : "INACTIVE"
            try workspace.importText(FakeDevice("a", certificates: [(status, replacement)]).ndjson)
        case .superseded:
            let device = try workspace.planningDevice("a")
            var ask = RekeyOrder.fake(device)
            ask.supersedes = true
            #expect(try workspace.inventory.recordRekey([ask], run: "r", at: Workspace.now).count == 1)
        case .otherRotation: order.rotation = try workspace.confirmableRotation("b").row
        case .otherCertificate: order.certificateRow = try workspace.planningDevice("a").active[0].row
        }
        let before = try workspace.statuses("a")
        let orders = [order, try ConfirmationOrder(workspace.confirmationContext("b"))]
        #expect(try workspace.inventory.confirm(orders, refused: [], run: "r", at: Workspace.now) == [0])
        #expect(try workspace.statuses("a") == before)
        #expect(try workspace.rotationStates("b") == [.confirmed])
        #expect(try workspace.audited(.confirmed, device: "a").count == (change == .again ? 1 : 0))
    }

    @Test("A replacement that an import made ACTIVE meanwhile is confirmed all the same")
    func importedActive() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        let replacement = FakeCertificate(
            name: "new-d", notBefore: Workspace.now.seconds, notAfter: 99_000_000, key: "new-d", serial: [0x40, 1])
        try workspace.importText(FakeDevice("d", certificates: [("ACTIVE", replacement)]).ndjson)
        try workspace.confirm("d", run: "r", at: Self.later)
        #expect(try workspace.certificates("d").map(\.confirmedAt) == [nil, Self.later])
    }

    @Test("Why a confirmation was refused goes into the manifest once, which is then written anew")
    func refused() throws {
        let workspace = try Workspace([FakeDevice("d"), FakeDevice("e")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        let device = try workspace.planningDevice("d")
        func refresh() throws -> [ManifestRecord] {
            let written = try workspace.inventory.refreshManifests(
                expiringBefore: Workspace.now, newExpiry: Workspace.now + .days(30), limit: 9, run: "r",
                at: Workspace.now)
            try workspace.inventory.markPublished(written, run: "r", at: Workspace.now)
            return written
        }
        let refused = RefusedFile(
            deviceRow: device.row, device: device.id, file: "d.jws", reason: "signature: not by the new key")
        let stranger = RefusedFile(deviceRow: nil, device: nil, file: "x.jws", reason: "unknown-device: none")
        for round in 1...2 {
            try workspace.inventory.confirm([], refused: [refused, stranger], run: "r", at: Workspace.now)
            let written = try refresh()
            #expect(written.map(\.refused) == (round == 1 ? [refused.reason] : []))
            #expect(written.map(\.action) == (round == 1 ? [.install] : []))
            #expect(written.map(\.sequence) == (round == 1 ? [2] : []))
        }
        #expect(try workspace.audited(.confirmationRefused).count == 4)
        #expect(try workspace.audited(.confirmationRefused, device: "d").count == 2)
        #expect(try workspace.confirmableRotation("d").sequences == 1...2)

        try workspace.confirm("d", run: "r")
        try workspace.inventory.confirm(
            [],
            refused: [
                RefusedFile(
                    deviceRow: device.row, device: device.id, file: "d.jws", reason: "replay: seen before")
            ],
            run: "r", at: Workspace.now)
        #expect(try refresh() == [])
    }
}

import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("Completing rotations, as the inventory records it")
struct CompletionTests {
    private static let later = Workspace.now + .days(7)

    @Test("After the overlap the old certificate is INACTIVE, the rotation completed, and the manifest says none")
    func complete() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        try workspace.confirm("d", run: "r")
        let device = try workspace.planningDevice("d")
        let order = CompletionOrder.fake(device, device.active[1])
        let written = try workspace.inventory.complete([order], run: "r", at: Self.later)
        #expect(written.map(\.action) == [.none] && written.map(\.sequence) == [2])
        #expect(written.first?.reason == order.cause.reason && written.first?.expires == order.manifestExpires)
        #expect(try workspace.inventory.unpublishedManifests(limit: 9) == written)
        #expect(try workspace.statuses("d") == [.inactive, .active])
        #expect(try workspace.rotationStates("d") == [.completed])
        #expect(try workspace.planningDevice("d").rotation == nil)
        #expect(try workspace.inventory.complete([order], run: "r", at: Self.later) == [])
        let detail = try workspace.audited(.completed, device: "d")
        #expect(detail.count == 1 && detail[0].contains(#""status":"INACTIVE","reason":"confirmed""#), "\(detail)")

        try workspace.inventory.markPublished(written, run: "r", at: Self.later)
        #expect(try workspace.rotationStates("d") == [.completed])
    }

    @Test("What was not confirmed is not completed, whoever asks", arguments: [false, true])
    func unconfirmed(otherCertificate: Bool) throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        if otherCertificate { try workspace.confirm("d", run: "r") }
        let device = try workspace.planningDevice("d")
        // Of a confirmed rotation the old certificate goes, never the new one.
        let written = try workspace.inventory.complete([.fake(device, device.active[0])], run: "r", at: Self.later)
        #expect(written == [])
        #expect(try workspace.statuses("d") == [.active, otherCertificate ? .active : .pendingActivation])
    }

    @Test("A certificate that two devices present goes when the last of them has its own")
    func shared() throws {
        let shared = FakeCertificate(name: "shared")
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("ACTIVE", shared)]), FakeDevice("b", certificates: [("ACTIVE", shared)]),
        ])
        try workspace.beginRun("r")
        try workspace.deliver("a", "b", run: "r")
        try workspace.confirm("a", run: "r")
        let a = try workspace.planningDevice("a")
        #expect(try workspace.inventory.complete([.fake(a, a.active[1])], run: "r", at: Self.later).count == 1)
        #expect(try workspace.rotationStates("a") == [.completed])
        #expect(try workspace.statuses("a") == [.active, .active])
        #expect(try workspace.audited(.completed, device: "a").first?.contains("it stays ACTIVE") == true)

        // Nothing changes while the other device has not proved anything.
        let rest = CompletionOrder.fake(try workspace.planningDevice("a"), a.active[1])
        #expect(rest.rotation == nil)
        #expect(try workspace.inventory.complete([rest], run: "r", at: Self.later) == [])
        #expect(try workspace.statuses("a") == [.active, .active])

        try workspace.confirm("b", run: "r")
        let b = try workspace.planningDevice("b")
        #expect(try workspace.inventory.complete([.fake(b, b.active[1])], run: "r", at: Self.later).count == 1)
        #expect(try workspace.statuses("a") == [.inactive, .active])
        #expect(try workspace.statuses("b") == [.inactive, .active])
        #expect(try workspace.audited(.statusChanged, device: "a").count == 1)
    }

    @Test("Another certificate of the other device does not let the shared one go: nobody proved that it is in use")
    func unproved() throws {
        let shared = FakeCertificate(name: "shared")
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("ACTIVE", shared)]),
            FakeDevice("b", certificates: [("ACTIVE", shared), ("ACTIVE", FakeCertificate(name: "b"))]),
        ])
        try workspace.beginRun("r")
        try workspace.deliver("a", run: "r")
        try workspace.confirm("a", run: "r")
        let a = try workspace.planningDevice("a")
        #expect(try workspace.inventory.complete([.fake(a, a.active[1])], run: "r", at: Self.later).count == 1)
        #expect(try workspace.statuses("b") == [.active, .active])
    }

    @Test("A replaced certificate that was left goes by an order without a rotation, which writes no manifest")
    func leftOver() throws {
        let shared = FakeCertificate(name: "shared")
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("ACTIVE", shared)]), FakeDevice("b", certificates: [("ACTIVE", shared)]),
        ])
        try workspace.beginRun("r")
        try workspace.deliver("a", "b", run: "r")
        try workspace.confirm("a", run: "r")
        let a = try workspace.planningDevice("a")
        _ = try workspace.inventory.complete([.fake(a, a.active[1])], run: "r", at: Self.later)
        try workspace.confirm("b", run: "r")
        let rest = CompletionOrder.fake(try workspace.planningDevice("a"), a.active[1])
        #expect(try workspace.inventory.complete([rest], run: "r", at: Self.later) == [])
        #expect(try workspace.statuses("a") == [.inactive, .active])
        #expect(try workspace.audited(.retired, device: "a").count == 1)
        #expect(try workspace.inventory.settledRotations(limit: 9).map(\.device.text) == ["b"])
    }

    @Test("The only certificate of a device is not retired, whatever an order says")
    func onlyOne() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        let device = try workspace.planningDevice("d")
        #expect(try workspace.inventory.complete([.fake(device, device.active[0])], run: "r", at: Self.later) == [])
        #expect(try workspace.statuses("d") == [.active])
    }

    @Test(
        "A confirmed rotation whose old certificate is gone is found and ends; one that still overlaps is not",
        arguments: ["INACTIVE", "REVOKED"])
    func settled(status: String) throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b"), FakeDevice("c")])
        try workspace.beginRun("r")
        try workspace.deliver("a", "b", "c", run: "r")
        try workspace.confirm("a", "b", run: "r")
        for device in ["a", "c"] {
            try workspace.importText(
                FakeDevice(device, certificates: [(status, FakeCertificate(name: device))]).ndjson)
        }
        let settled = try workspace.inventory.settledRotations(limit: 9)
        #expect(settled.map(\.device.text) == ["a"])
        let found = try #require(settled.first)
        #expect(found.status.rawValue == status && found.replacementStatus == .active)
        #expect(found.cause.policy?.name == "p" && found.cause.policy?.line == 3)
        let written = try workspace.inventory.complete([found.order], run: "r", at: Self.later)
        #expect(written.map(\.device.text) == ["a"])
        #expect(try workspace.statuses("a").map(\.rawValue) == [status, "ACTIVE"])
        #expect(try workspace.inventory.settledRotations(limit: 9) == [])
    }

    @Test("Where the confirmed replacement was made INACTIVE, the old certificate stays and is the current one again")
    func replacementGone() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        try workspace.confirm("d", run: "r")
        let replacement = FakeCertificate(
            name: "new-d", notBefore: Workspace.now.seconds, notAfter: 99_000_000, key: "new-d", serial: [0x40, 1])
        try workspace.importText(FakeDevice("d", certificates: [("INACTIVE", replacement)]).ndjson)
        let settled = try workspace.inventory.settledRotations(limit: 9)
        #expect(settled.map(\.replacementStatus) == [.inactive])
        let written = try workspace.inventory.complete(settled.map(\.order), run: "r", at: Self.later)
        #expect(written.map(\.action) == [.none])
        #expect(try workspace.rotationStates("d") == [.cancelled])
        #expect(try workspace.planningDevice("d").active.map(\.isReplaced) == [false])
    }

    @Test("A manifest that says none is not written anew when it expires")
    func noRefresh() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        try workspace.deliver("d", run: "r")
        try workspace.confirm("d", run: "r")
        let device = try workspace.planningDevice("d")
        let written = try workspace.inventory.complete([.fake(device, device.active[1])], run: "r", at: Self.later)
        let end = try #require(written.first?.expires) + .days(1)
        #expect(
            try workspace.inventory.refreshManifests(
                expiringBefore: end, newExpiry: end + .days(1), limit: 9, run: "r", at: end) == [])
    }
}

extension SettledRotation {
    fileprivate var order: CompletionOrder {
        CompletionOrder(
            rotation: rotation, deviceRow: deviceRow, device: device, certificateRow: certificateRow,
            fingerprint: fingerprint,
            cause: Cause(Reason(.confirmed, "its certificate is \(status.rawValue)"), cause.policy),
            manifestExpires: Workspace.now + .days(30))
    }
}

import RotationModel
import Testing

@testable import Fleet

@Suite("Bringing an inventory forward")
struct RestoredTests {
    private static func workspace() throws -> Workspace {
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("ACTIVE", FakeCertificate(name: "a", serial: [0x0A]))]),
            FakeDevice("b", certificates: [("ACTIVE", FakeCertificate(name: "b", serial: [0x0B]))]),
        ])
        try workspace.beginRun("r")
        return workspace
    }

    private func published(_ device: String, _ sequence: Int) -> PublishedManifest {
        PublishedManifest(
            device: DeviceID(checked: device), sequence: sequence, issued: Workspace.now, expires: Workspace.now,
            reason: Reason(.expiring, "it ends"), replaces: nil, action: .none)
    }

    @Test("A sequence that was published is never given out again, also to a device that comes in later")
    func sequences() throws {
        let workspace = try Self.workspace()
        let outcomes = try workspace.inventory.recover(
            [published("a", 7), published("later", 4)], run: "r", at: Workspace.now)
        #expect(outcomes == [.sequence, nil])
        #expect(
            try workspace.inventory.recover([published("a", 5)], run: "r", at: Workspace.now) == [.sequence],
            "a lower one changes nothing")
        let device = try workspace.planningDevice("a")
        let asked = try workspace.inventory.recordRekey([.fake(device)], run: "r", at: Workspace.now)
        #expect(asked.map(\.sequence) == [8])
        let known = try workspace.inventory.recordedManifests(of: ["a", "b", "later"].map(DeviceID.init(checked:)))
        #expect(known[DeviceID(checked: "a")]?.sequence == 8)
        #expect(known[DeviceID(checked: "b")]?.sequence == 0)
        #expect(known[DeviceID(checked: "later")] == nil)
        #expect(
            try workspace.inventory.hasManifest(["a", "b", "later"].map(DeviceID.init(checked:)))
                == [DeviceID(checked: "a"): true, DeviceID(checked: "b"): false])
    }

    @Test("What a CRL lists is revoked as it says, and what nobody knows stays listed; doing it again changes nothing")
    func entries() throws {
        let workspace = try Self.workspace()
        let entries = [
            PublishedRevocation(
                serialNumber: SerialNumber(bytes: [0x0A]), revokedAt: Workspace.now - .days(3), reason: .keyCompromise),
            PublishedRevocation(
                serialNumber: SerialNumber(bytes: [0x0F]), revokedAt: Workspace.now - .days(2), reason: .superseded),
        ]
        func recover() throws -> RecoveredEntries {
            try workspace.inventory.recover(
                entries, issuers: ["CN=Test CA"], notAfter: Workspace.now + .days(900), run: "r", at: Workspace.now)
        }
        let first = try recover()
        #expect(first.revoked == 1 && first.refusedKeys == 1 && first.unknown == 1 && first.corrected == 0)
        let second = try recover()
        #expect(second.revoked == 0 && second.refusedKeys == 0 && second.corrected == 0)
        var listed: [RevokedCertificate] = []
        try workspace.inventory.forEachRevoked(issuers: ["CN=Test CA"]) { listed.append($0) }
        #expect(Set(listed.map(\.serialNumber.bytes)) == [[0x0A], [0x0F]])
        #expect(Set(listed.map(\.revokedAt)) == Set(entries.map(\.revokedAt)))
        let orders = try workspace.inventory.planningSnapshot { try $0.revocationOrders() }
        #expect(orders.isEmpty, "what was found out before is not searched for again")
        #expect(
            try workspace.inventory.planningSnapshot {
                try $0.isRefused(FakeCertificate(name: "a", serial: [0x0A]).keyIdentity)
            })
    }

    @Test("A published CRL's number is taken over, and only a greater one")
    func numbers() throws {
        let workspace = try Self.workspace()
        func take(_ number: UInt64) throws {
            try workspace.inventory.recoverCRL(
                "ca.crl", authority: "ca-1", number: number, thisUpdate: Workspace.now,
                nextUpdate: Workspace.now + .days(7))
        }
        try take(6)
        try take(5)
        let state = try workspace.inventory.crlState("ca.crl")
        #expect(state?.number == 6 && state?.isPublished == false)
        let next = try workspace.inventory.beginCRL(
            name: "ca.crl", authority: "ca-1", thisUpdate: Workspace.now, nextUpdate: Workspace.now + .days(7),
            covers: 0, run: "r", at: Workspace.now)
        #expect(next.number == 7)
    }

    @Test("The audit's entries are told by number and hash")
    func hashes() throws {
        let workspace = try Self.workspace()
        let anchor = try workspace.inventory.auditAnchor()
        #expect(try workspace.inventory.auditHash(ofEntry: anchor.entries) == anchor.hash)
        #expect(try workspace.inventory.auditHash(ofEntry: anchor.entries + 1) == nil)
        #expect(try workspace.inventory.recoveries() == [])
        try workspace.inventory.recordRecovery(Recovery(entry: 3, lostEntry: 9), run: "r", at: Workspace.now)
        #expect(try workspace.inventory.recoveries() == [Recovery(entry: 3, lostEntry: 9)])
    }
}

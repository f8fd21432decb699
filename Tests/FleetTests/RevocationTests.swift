import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("Revoking, as the inventory records it")
struct RevocationTests {
    private static let later = Workspace.now + .hours(1)

    @Test("A revoked certificate is REVOKED in every claim, with its reason, order and reach, and once")
    func revoke() throws {
        let shared = FakeCertificate(name: "shared")
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("ACTIVE", shared)]), FakeDevice("b", certificates: [("ACTIVE", shared)]),
            FakeDevice("c"),
        ])
        try workspace.beginRun("r")
        let order = try workspace.order("lot")
        let revoke = RevokeOrder.fake(try workspace.certificates("a")[0], order: order)
        let twice = try workspace.inventory.revoke([revoke, revoke], run: "r", at: Self.later)
        #expect(twice.revoked == 1 && twice.manifests == [])
        #expect(try workspace.inventory.revoke([revoke], run: "r", at: Self.later).revoked == 0)
        #expect(
            try workspace.statuses("a") + workspace.statuses("b") + workspace.statuses("c") == [
                .revoked, .revoked, .active,
            ])
        for device in ["a", "b"] {
            let certificate = try #require(try workspace.show(device).listing.certificates.first)
            #expect(certificate.statusAt == Self.later)
            #expect(
                certificate.history?.revocation
                    == RevocationStory(
                        reason: .keyCompromise, revokedAt: Self.later, order: "lot", reach: .matched, actor: "alice",
                        run: "r", note: "stolen"))
            let detail = try workspace.audited(.revoked, device: device)
            #expect(detail.count == 1)
            #expect(detail.first?.contains(#""order":"lot","orderedBy":"alice""#) == true, "\(detail)")
        }
        #expect(try workspace.inventory.verifyAuditChain() == nil)
    }

    @Test("Whose certificates are all revoked is not planned for, and a revocation is never deleted")
    func forever() throws {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        let revoke = RevokeOrder.fake(try workspace.certificates("d")[0], order: try workspace.order("lot"))
        try workspace.inventory.revoke([revoke], run: "r", at: Self.later)
        #expect(try workspace.planningDevices.isEmpty)
        let error = failure { try workspace.tables.write { try Query($0, "DELETE FROM revocations").run() } }
        #expect(error?.message.contains("for ever") == true)
    }

    enum Stage: CaseIterable { case asked, ready, issued, delivered, confirmed }

    private func workspace(at stage: Stage) throws -> Workspace {
        let workspace = try Workspace([FakeDevice("d")])
        try workspace.beginRun("r")
        let device = try workspace.planningDevice("d")
        switch stage {
        case .asked: _ = try workspace.inventory.recordRekey([.fake(device)], run: "r", at: Workspace.now)
        case .ready: _ = try workspace.reserveOne(device, key: "k", serial: 1, run: "r")
        case .issued: _ = try workspace.issueOne(device, key: "k", serial: 1, run: "r")
        case .delivered, .confirmed:
            try workspace.deliver("d", run: "r")
            if stage == .confirmed { try workspace.confirm("d", run: "r") }
        }
        return workspace
    }

    @Test(
        "When the certificate to replace is revoked, a rotation ends unless its replacement waits for confirmation",
        arguments: [
            (Stage.asked, RotationState.cancelled, 2), (.ready, .cancelled, 1), (.issued, .issued, nil),
            (.delivered, .delivered, nil), (.confirmed, .completed, 2),
        ] as [(Stage, RotationState, Int?)])
    func oldRevoked(stage: Stage, state: RotationState, sequence: Int?) throws {
        let workspace = try workspace(at: stage)
        let revoke = RevokeOrder.fake(
            try workspace.certificates("d")[0], order: try workspace.order("lot", reason: .superseded),
            reason: .superseded)
        let result = try workspace.inventory.revoke([revoke], run: "r", at: Self.later)
        #expect(try workspace.rotationStates("d") == [state])
        #expect(result.manifests.map(\.sequence) == [sequence].compactMap { $0 })
        #expect(result.manifests.allSatisfy { $0.action == .none && $0.reason == revoke.cause.reason })
        if sequence != nil { #expect(try workspace.inventory.unpublishedManifests(limit: 9) == result.manifests) }
        #expect(try workspace.audited(.completed, device: "d").count == (stage == .confirmed ? 1 : 0))
        let reservations = try workspace.tables.read { database in
            try Query(database, "SELECT state FROM reservations").all { $0.text(0) }
        }
        #expect(reservations == (stage == .asked ? [] : [stage == .ready ? "abandoned" : "recorded"]))
        if stage == .delivered {
            // The device can still prove that it holds the new key, and then has a certificate again.
            try workspace.confirm("d", run: "r")
            #expect(try workspace.statuses("d") == [.revoked, .active])
        }
    }

    @Test(
        "When the replacement is revoked, its rotation is cancelled and its offer taken back; the old one is current again",
        arguments: [Stage.issued, .delivered, .confirmed])
    func newRevoked(stage: Stage) throws {
        let workspace = try workspace(at: stage)
        let revoke = RevokeOrder.fake(try workspace.certificates("d")[1], order: try workspace.order("lot"))
        let result = try workspace.inventory.revoke([revoke], run: "r", at: Self.later)
        #expect(try workspace.rotationStates("d") == [.cancelled])
        #expect(result.manifests.map(\.action) == [.none] && result.manifests.map(\.sequence) == [2])
        #expect(try workspace.inventory.unpublishedManifests(limit: 9) == result.manifests)
        let device = try workspace.planningDevice("d")
        #expect(device.active.map(\.isReplaced) == [false] && device.pending == [])
        #expect(device.active.map(\.fingerprint) == [FakeCertificate(name: "d").fingerprint])
        // Its serial number stays in the records as recorded: another certificate never gets it.
        let error = failure { try workspace.reserveOne(device, key: "k2", serial: 1, run: "r") }
        #expect(error != nil)
    }

    @Test("Both certificates of a rotation are revoked in any order, with one manifest", arguments: [[0, 1], [1, 0]])
    func bothRevoked(order: [Int]) throws {
        let workspace = try workspace(at: .delivered)
        let certificates = try workspace.certificates("d")
        let id = try workspace.order("lot")
        let result = try workspace.inventory.revoke(
            order.map { .fake(certificates[$0], order: id) }, run: "r", at: Self.later)
        #expect(result.revoked == 2 && result.manifests.count == 1)
        #expect(try workspace.rotationStates("d") == [.cancelled])
        #expect(try workspace.statuses("d") == [.revoked, .revoked])
    }

    @Test("CSRs that wait with a compromised key are forgotten, and only those", arguments: RevocationReason.allCases)
    func waitingRequests(reason: RevocationReason) throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        try workspace.beginRun("r")
        for (device, key) in [("a", "a"), ("b", "kb")] {
            try workspace.inventory.take(
                [.fake(workspace.planningDevice(device), key: key)], refused: [], run: "r", at: Workspace.now)
        }
        let order = try workspace.order("lot", reason: reason)
        try workspace.inventory.revoke(
            [.fake(workspace.certificates("a")[0], order: order, reason: reason)], run: "r", at: Self.later)
        let isForgotten = reason == .keyCompromise
        #expect(try (workspace.show("a").request == nil) == isForgotten)
        #expect(try workspace.show("a").refused?.hasPrefix("revoked-key: ") == (isForgotten ? true : nil))
        #expect(try workspace.show("b").request != nil)
    }

    @Test("An import that brings a REVOKED certificate, or makes one REVOKED, records its revocation once")
    func imported() throws {
        let workspace = try Workspace([
            FakeDevice("a", certificates: [("REVOKED", FakeCertificate(name: "a"))]), FakeDevice("b"), FakeDevice("c"),
        ])
        let gone = FakeDevice("b", certificates: [("REVOKED", FakeCertificate(name: "b"))])
        for hour in Int64(1)...2 { try workspace.importText(gone.ndjson, at: Workspace.now + .hours(hour)) }
        var found: [RevokedCertificate] = []
        try workspace.inventory.forEachRevoked(issuers: ["CN=Test CA"]) { found.append($0) }
        #expect(found.isEmpty, "a run carries it out, in sight of its limits")
        #expect(try workspace.inventory.carryOutAllImported() == [false, true], "b was known, a came in so")
        #expect(try workspace.inventory.carryOutAllImported() == [])
        try workspace.inventory.forEachRevoked(issuers: ["CN=Test CA"]) { found.append($0) }
        #expect(found.map(\.reason) == [.unspecified, .unspecified])
        #expect(found.map(\.revokedAt) == [Workspace.now, Self.later])
        let history = try workspace.show("b").listing.certificates.first?.history
        #expect(history?.revocation?.order == nil && history?.revocation?.revokedAt == Self.later)
        #expect(try workspace.show("c").listing.certificates.first?.history?.revocation == nil)
    }
}

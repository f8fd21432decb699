import Lifecycle
import RotationModel
import Testing

@testable import Fleet

@Suite("Issuing, as the inventory records it")
struct IssuanceTests {
    @Test("A taken CSR waits; a newer one replaces it; a refused one is explained until one is taken")
    func take() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        let refused = RefusedFile(deviceRow: device.row, device: device.id, file: "d.csr", reason: "wrong signature")
        let stranger = RefusedFile(deviceRow: nil, device: nil, file: "x.csr", reason: "no such device")

        try workspace.inventory.take([], refused: [refused, stranger], run: run, at: Workspace.now)
        #expect(try workspace.planningDevice("d").refused == "wrong signature")
        #expect(try workspace.planningDevice("d").request == nil)
        for key in ["k1", "k2"] {
            try workspace.inventory.take([.fake(device, key: key)], refused: [], run: run, at: Workspace.now)
        }
        let after = try workspace.planningDevice("d")
        #expect(after.refused == nil)
        #expect(
            after.request
                == WaitingRequest(
                    publicKey: FakeCertificate.key("k2"), algorithm: .ecdsaP256, receivedAt: Workspace.now))
        #expect(try workspace.inventory.waitingRequestCount() == 1)
        #expect(try workspace.auditedActions(device: "d") == ["csr-refused", "csr-taken", "csr-taken"])
        #expect(try workspace.auditedActions().filter { $0 == "csr-refused" }.count == 2)
    }

    @Test("Of two devices that hand in one key, the second is refused")
    func sameKeyTwice() throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        let devices = try workspace.planningDevices
        let run = try workspace.beginRun("r")
        let conflicts = try workspace.inventory.take(
            devices.map { .fake($0, key: "same") }, refused: [], run: run, at: Workspace.now)
        #expect(conflicts == [RequestConflict(index: 1, holder: devices[0].id)])
        #expect(try workspace.planningDevice("b").request == nil)
        #expect(try workspace.planningDevice("b").refused?.contains("another device") == true)
    }

    @Test("From CSR to delivery every step is recorded")
    func wholeWay() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        let reservation = try workspace.reserveOne(device, key: "k", serial: 1, run: run)
        #expect(reservation.spki == Array("spki:k".utf8))
        #expect(reservation.replaces.fingerprint == device.active[0].fingerprint)
        #expect(try workspace.planningDevice("d").rotation?.state == .ready)

        let manifests = try workspace.inventory.record([reservation.signed(key: "k")], run: run, at: Workspace.now)
        let manifest = try #require(manifests.first)
        let issued = try reservation.signed(key: "k").columns
        #expect(manifest.action == .install && manifest.sequence == 1 && manifest.authority == "ca-1")
        #expect(manifest.certificateDER == issued.der)
        #expect(manifest.replaces == reservation.replaces)
        let story = try workspace.show("d")
        #expect(story.listing.certificates.map(\.status) == [.active, .pendingActivation])
        #expect(story.listing.certificates.last?.authority == "ca-1")
        #expect(story.rotations.map(\.state) == [.issued])
        #expect(story.rotations.first?.newCertificate == issued.fingerprint)
        #expect(story.rotations.first?.cause.policy?.file == "policies/p.yaml")
        #expect(story.manifest == manifest && !story.isManifestPublished)

        #expect(try workspace.inventory.unpublishedManifests(limit: 9) == manifests)
        try workspace.inventory.markPublished(manifests, run: run, at: Workspace.now)
        #expect(try workspace.inventory.unpublishedManifests(limit: 9) == [])
        #expect(try workspace.show("d").isManifestPublished)
        #expect(try workspace.inventory.rotationsByState() == ["delivered": 1])
        try workspace.inventory.forgetAnsweredRequests()
        #expect(try workspace.show("d").request == nil)
        #expect(
            try workspace.auditedActions() == [
                "imported", "run-started", "csr-taken", "reserved", "issued", "published",
            ])
        #expect(try workspace.inventory.verifyAuditChain() == nil)
        let context = try workspace.inventory.planningSnapshot { try $0.intakeContext(device.id) }
        #expect(context?.pendingReplacementKey == FakeCertificate.keyIdentity("k"))
    }

    @Test("A device is not given a second replacement: not beside a reservation, not after the first was issued")
    func twice() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        let reservation = try workspace.reserveOne(device, key: "k", serial: 1, run: run)
        let second = try workspace.inventory.reserve(
            [.fake(device, serial: 2)], batch: "b", run: run, at: Workspace.now)
        #expect(second.reserved.isEmpty)
        #expect(second.skipped.map(\.index) == [0])
        #expect(second.skipped.first?.why.contains("under way already (run r)") == true)

        _ = try workspace.inventory.record([reservation.signed(key: "k")], run: run, at: Workspace.now)
        try workspace.inventory.take([.fake(device, key: "k2")], refused: [], run: run, at: Workspace.now)
        let third = try workspace.inventory.reserve([.fake(device, serial: 3)], batch: "b", run: run, at: Workspace.now)
        #expect(third.skipped.first?.why.contains("has a replacement already") == true)
        #expect(try workspace.inventory.recordRekey([.fake(device)], run: run, at: Workspace.now) == [])
    }

    enum Change: CaseIterable { case retired, noRequest, keyTaken, moved }

    @Test("An order that no longer holds is skipped and says why; the others go on", arguments: Change.allCases)
    func skipped(change: Change) throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        let (a, b) = (try workspace.planningDevice("a"), try workspace.planningDevice("b"))
        let run = try workspace.beginRun("r")
        var order = ReservationOrder.fake(a, serial: 1)
        if change != .noRequest {
            try workspace.inventory.take([.fake(a, key: "ka")], refused: [], run: run, at: Workspace.now)
        }
        try workspace.inventory.take([.fake(b, key: "kb")], refused: [], run: run, at: Workspace.now)
        switch change {
        case .retired:
            try workspace.importText(FakeDevice("a", certificates: [("INACTIVE", FakeCertificate(name: "a"))]).ndjson)
        case .keyTaken:
            try workspace.importText(
                FakeDevice("c", certificates: [("ACTIVE", FakeCertificate(name: "c", key: "ka"))]).ndjson)
        case .moved: order.oldCertificate = b.active[0].row
        case .noRequest: break
        }
        let result = try workspace.inventory.reserve(
            [order, .fake(b, serial: 2)], batch: "b", run: run, at: Workspace.now)
        let why: [Change: String] = [
            .retired: "is INACTIVE by now", .noRequest: "no CSR waits", .keyTaken: "device c has the same key",
            .moved: "no longer has the certificate",
        ]
        #expect(result.skipped.map(\.index) == [0])
        #expect(result.skipped.first?.why.contains(why[change] ?? "?") == true, "\(result.skipped)")
        #expect(result.reserved.map(\.index) == [1])
    }

    @Test("Where the key may stay, the reservation brings the certificate that has it, and no CSR is needed")
    func currentKey() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        let result = try workspace.inventory.reserve(
            [.fake(device, serial: 1, keySource: .currentKey)], batch: "b", run: run, at: Workspace.now)
        let reservation = try #require(result.reserved.first)
        #expect(reservation.currentCertificate == FakeCertificate(name: "d").der)
        #expect(reservation.spki == [] && reservation.keyFingerprint == FakeCertificate(name: "d").keyFingerprint)
        let manifests = try workspace.inventory.record([reservation.signed(key: "d")], run: run, at: Workspace.now)
        #expect(manifests.count == 1)
    }

    @Test("A serial number that was ever reserved is not reserved again")
    func serial() throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        let devices = try workspace.planningDevices
        let run = try workspace.beginRun("r")
        _ = try workspace.reserveOne(devices[0], key: "ka", serial: 1, run: run)
        try workspace.beginRun("r2")
        try workspace.inventory.abandonReservations(run: "r2", at: Workspace.now)
        #expect(throws: RotationError.self) { try workspace.reserveOne(devices[1], key: "kb", serial: 1, run: "r2") }
        #expect(try workspace.planningDevice("b").rotation == nil)
    }

    @Test("A certificate that is not what was reserved is not recorded, and nothing of its batch is")
    func wrongCertificate() throws {
        let workspace = try Workspace([FakeDevice("a"), FakeDevice("b")])
        let devices = try workspace.planningDevices
        let run = try workspace.beginRun("r")
        let right = try workspace.reserveOne(devices[0], key: "ka", serial: 1, run: run)
        let wrong = try workspace.reserveOne(devices[1], key: "kb", serial: 2, run: run)
        #expect(throws: RotationError.self) {
            try workspace.inventory.record(
                [right.signed(key: "ka"), wrong.signed(key: "other")], run: run, at: Workspace.now)
        }
        #expect(try workspace.show("a").listing.certificates.count == 1)
        #expect(try workspace.inventory.rotationsByState() == ["ready": 2])
    }

    @Test("A CSR that came in while its predecessor was signed waits on")
    func laterRequest() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        let run = try workspace.beginRun("r")
        let reservation = try workspace.reserveOne(device, key: "k1", serial: 1, run: run)
        try workspace.inventory.take([.fake(device, key: "k2")], refused: [], run: run, at: Workspace.now)
        _ = try workspace.inventory.record([reservation.signed(key: "k1")], run: run, at: Workspace.now)
        #expect(try workspace.planningDevice("d").request?.publicKey == FakeCertificate.key("k2"))
    }

    @Test("Retiring makes ACTIVE certificates INACTIVE, once, and spares one that another device presents too")
    func retire() throws {
        let shared = FakeCertificate(name: "s", notAfter: 5)
        let workspace = try Workspace([
            FakeDevice(
                "a",
                certificates: [
                    ("ACTIVE", shared), ("ACTIVE", FakeCertificate(name: "a1", notAfter: 4)),
                    ("ACTIVE", FakeCertificate(name: "a")),
                ]),
            FakeDevice("b", certificates: [("ACTIVE", shared)]),
        ])
        let device = try workspace.planningDevice("a")
        let run = try workspace.beginRun("r")
        let orders = device.active.dropFirst().map {
            RetireOrder(
                certificateRow: $0.row, fingerprint: $0.fingerprint, device: device.id,
                cause: Cause(Reason(.superseded, "left over"), PolicyReference(name: "p", file: "f", line: 1)))
        }
        #expect(try workspace.inventory.retire(orders, run: run, at: Workspace.now) == 1)
        #expect(try workspace.inventory.retire(orders, run: run, at: Workspace.now) == 0)
        #expect(try workspace.planningDevice("a").active.count == 2)
        #expect(try workspace.planningDevice("b").active.count == 1)
        #expect(try workspace.auditedActions(device: "a") == ["retired"])
    }

    @Test("A verb in the name of a run that never began is refused")
    func unknownRun() throws {
        let workspace = try Workspace([FakeDevice("d")])
        let device = try workspace.planningDevice("d")
        #expect(throws: RotationError.self) {
            try workspace.inventory.take([.fake(device, key: "k")], refused: [], run: "ghost", at: Workspace.now)
        }
        #expect(try workspace.inventory.waitingRequestCount() == 0)
    }
}

import Delivery
import Fleet
import Foundation
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job
@testable import Planning

@Suite("What was published and is not there any more")
struct PublishedTreeTests {
    private static let now = TestFleet.now
    private static let devices = ["answered", "asked", "done"]

    /// One device that was handed a certificate, one that was asked for a CSR, and one that has nothing left to do; one certificate is
    /// revoked.
    private func fleet() async throws -> TestFleet {
        let fleet = try TestFleet(
            limits: "{ revoke: 100% }",
            authority: "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 8d }")
        for device in Self.devices { try fleet.add(device) }
        try fleet.add("gone", left: .days(80))
        try fleet.load()
        try fleet.handIn("answered")
        let key = try fleet.handIn("done")
        try await fleet.run()
        try fleet.confirm("done", key, at: Self.now + .hours(1))
        try await fleet.run(at: Self.now + .hours(1))
        try await fleet.run(at: Self.now + .days(8))
        _ = try await RevocationService(
            fleet.workspace, at: Self.now + .days(8), actor: "test", clock: FixedClock(Self.now + .days(8))
        ).carryOut(ManualRevocation(target: .device("gone"), reason: .keyCompromise))
        return fleet
    }

    private let later = TestFleet.now + .days(8) + .hours(1)

    private func path(_ device: String) -> String {
        "delivery/\(DeliveryTree.manifestPath(of: DeviceID(checked: device)))"
    }

    /// What each manifest says.
    private func payloads(_ fleet: TestFleet) throws -> [[UInt8]] {
        try Self.devices.map { device in
            try JWS.verify(fleet.folder.read(path(device)), with: fleet.manifestKey.publicKey).payload
        }
    }

    private func attention(_ fleet: TestFleet) async throws -> [String] {
        try await FleetStatus.read(fleet.workspace, at: later).attention.filter { $0.contains("/delivery") }
    }

    struct Loss: Sendable, CustomTestStringConvertible {
        let name: String
        /// How many manifests go.
        let count: Int
        let happen: @Sendable (_ fleet: TestFleet, _ path: (String) -> String) throws -> Void
        var testDescription: String { name }

        static func remove(_ path: String, _ fleet: TestFleet) throws {
            try FileManager.default.removeItem(atPath: fleet.folder[path])
        }
    }

    private static let losses =
        [
            Loss(name: "the whole of delivery", count: 3) { fleet, _ in try Loss.remove("delivery", fleet) },
            Loss(name: "all manifests", count: 3) { fleet, _ in try Loss.remove("delivery/manifests", fleet) },
            Loss(name: "an emptied file", count: 1) { fleet, path in try fleet.folder.write(path("asked"), "") },
            Loss(name: "a folder in a file's place", count: 1) { fleet, path in
                try Loss.remove(path("asked"), fleet)
                try Files.makeFolder(fleet.folder[path("asked") + "x"], mode: 0o755)
            },
        ]
        + devices.map { device in
            Loss(name: "the manifest of \(device)", count: 1) { fleet, path in try Loss.remove(path(device), fleet) }
        }

    @Test(
        "The next run publishes it again as it was, under the same sequence; the status says so before",
        arguments: losses)
    func lost(_ loss: Loss) async throws {
        let fleet = try await fleet()
        let before = try payloads(fleet)
        #expect(try await attention(fleet) == [])
        try loss.happen(fleet, path)
        let said = try await attention(fleet)
        let text = loss.count == 1 ? "1 published manifest is missing" : "\(loss.count) published manifests are missing"
        #expect(said.contains { $0.hasPrefix(text) }, "\(said)")
        #expect(said.contains { $0.contains("keys.json") } == !Files.exists(fleet.folder["delivery/keys.json"]))
        let outcome = try await fleet.run(at: later)
        #expect(outcome.recovery.restoredManifests == loss.count && outcome.ending == .completed)
        #expect(try payloads(fleet) == before)
        #expect(Files.exists(fleet.folder["delivery/keys.json"]))
        #expect(Files.exists(fleet.folder["delivery/authorities/fleet-ca-1.pem"]))
        #expect(try await attention(fleet) == [])
        #expect(try await fleet.run(at: later).recovery.isEmpty, "once is enough")
    }

    @Test("A manifest that was recorded and never published is no loss")
    func unpublished() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load().handIn("d1")
        try await fleet.run(at: Self.now - .days(1))
        do {
            let dead = try DeadRun(fleet)
            _ = try dead.inventory.manifestExtent()
        }
        #expect(try await fleet.run().recovery.restoredManifests == 0)
    }

    // MARK: Lists

    struct Damage: Sendable, CustomTestStringConvertible {
        let name: String
        let says: String
        /// - Parameter older: the list before this one, by the same authority.
        let happen: @Sendable (_ bytes: [UInt8], _ older: [UInt8]) -> [UInt8]?
        var testDescription: String { name }
    }

    private static let damages: [Damage] = [
        Damage(name: "missing", says: "it is missing") { _, _ in nil },
        Damage(name: "empty", says: "it cannot be read") { _, _ in [] },
        Damage(name: "cut", says: "it cannot be read") { bytes, _ in Array(bytes.dropLast(9)) },
        Damage(name: "longer", says: "it cannot be read") { bytes, _ in bytes + [0] },
        Damage(name: "a bit of the signature", says: "did not sign it") { bytes, _ in
            bytes.dropLast(1) + [(bytes.last ?? 0) ^ 1]
        },
        Damage(name: "an older one", says: "it is number") { _, older in older },
    ]

    @Test("A list that is not the one that was published is built anew under a higher number", arguments: damages)
    func list(_ damage: Damage) async throws {
        let fleet = try await fleet()
        let file = "delivery/crl/fleet-ca-1.crl"
        let older = try fleet.folder.read(file)
        #expect(try await fleet.run(at: later).lists.published.isEmpty, "what is as it was is left alone")
        let half = later + .days(5)
        try await fleet.run(at: half)
        let newest = try fleet.folder.read(file)
        let number = try #require(try RevocationList(reading: newest).number)
        #expect(newest != older)
        if let bytes = damage.happen(newest, older) {
            try fleet.folder.write(file, bytes)
        } else {
            try FileManager.default.removeItem(atPath: fleet.folder[file])
        }
        let said = try await FleetStatus.read(fleet.workspace, at: half).attention
        #expect(said.contains { $0.contains("fleet-ca-1.crl") && $0.contains(damage.says) }, "\(said)")
        #expect(try await fleet.run(at: half).lists.published.map(\.number) == [number + 1])
        let mended = try RevocationList(reading: try fleet.folder.read(file))
        #expect(mended.entries == (try RevocationList(reading: newest).entries) && mended.entries.count == 1)
        #expect(try mended.isSigned(by: fleet.pki.authority.certificate.publicKey))
    }

    @Test("Every bit of a list counts")
    func flipped() async throws {
        let fleet = try await fleet()
        let file = "delivery/crl/fleet-ca-1.crl"
        let tree = DeliveryTree(root: fleet.folder["delivery"])
        let state = try #require(try fleet.inventory().crlState("fleet-ca-1.crl"))
        let check = PublishedRevocationList(tree: tree, key: fleet.pki.authority.certificate.publicKey)
        let bytes = try fleet.folder.read(file)
        #expect(check.fault(of: state) == nil)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= UInt8(1 << (place % 8))
            try fleet.folder.write(file, changed)
            #expect(check.fault(of: state) != nil, "byte \(place)")
        }
    }

    @Test("A list by somebody else's key is none, and its number is not followed")
    func strange() async throws {
        let fleet = try await fleet()
        let stranger = try ThrowawayPKI(now: Self.now)
        let order = RevocationListOrder(
            number: 1_000_000, thisUpdate: later, nextUpdate: later + .days(8), entries: [], distributionPoint: nil)
        let list = try RevocationListSigner(authority: stranger.authority, signature: nil, pssHash: nil).sign(order)
        let number = try #require(try fleet.inventory().crlState("fleet-ca-1.crl")?.number)
        try fleet.folder.write("delivery/crl/fleet-ca-1.crl", list.der)
        #expect(try await fleet.run(at: later).lists.published.map(\.number) == [number + 1])
    }

    // MARK: Shares

    @Test(
        "So many runs in a row look at every row once, and so do every second of them",
        arguments: [1, 2, 4096, 4097, 20_000, 258_049, 1_000_000] as [Int64], [1, 2])
    func shares(rows: Int64, step: Int) {
        let first = ManifestShare(of: rows, population: rows, run: 0, most: 4096)
        let parts = Int(min(63, (rows + first.through - 1) / max(1, first.through)))
        let shares = (0..<parts).map { ManifestShare(of: rows, population: rows, run: $0 * step, most: 4096) }
            .sorted { $0.after < $1.after }
        #expect(shares.first?.after == 0 && shares.last?.through == rows)
        for (one, next) in zip(shares, shares.dropFirst()) { #expect(one.through == next.after) }
        #expect(shares.allSatisfy { $0.through - $0.after <= max(4096, rows / 63 + 1) })
        #expect(rows > 4096 || parts == 1, "a small fleet is looked at whole")
    }
}

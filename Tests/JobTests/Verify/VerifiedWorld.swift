import Delivery
import Foundation
import PKI
import RotationModel
import RotationTesting
import System

@testable import Fleet
@testable import Job
@testable import Planning

/// A small workspace in which there is one of everything that `verify` looks at, and which can be damaged and made whole again.
final class VerifiedWorld {
    static let now = TestFleet.now + .days(20)

    let fleet: TestFleet
    private let copy: TemporaryFolder

    init() async throws {
        fleet = try TestFleet(
            limits: "{ revoke: 100% }",
            authority: "crl: { url: \"http://crl.example.com/fleet-ca-1.crl\", validity: 60d }")
        for device in ["issued", "ended", "asked"] { try fleet.add(device, left: .days(25)) }
        for device in ["stolen", "leaked", "fresh", "waiting"] { try fleet.add(device, left: .days(89)) }
        fleet.share(try fleet.add("twin-1", left: .days(89)), with: "twin-2")
        try fleet.load()
        let key = try fleet.handIn("ended")
        for device in ["issued", "waiting"] { try fleet.handIn(device) }
        try await fleet.run()
        try fleet.confirm("ended", key)
        try await fleet.run(at: TestFleet.now + .days(1))
        try await fleet.run(at: TestFleet.now + .days(10))
        for (device, reason) in [("stolen", RevocationReason.keyCompromise), ("leaked", .superseded)] {
            let at = VerifiedWorld.now - .days(1)
            let outcome = try await RevocationService(fleet.workspace, at: at, actor: "test", clock: FixedClock(at))
                .carryOut(ManualRevocation(target: .device(DeviceID(checked: device)), reason: reason))
            try fleet.folder.write("reports/run-\(outcome.id).json", Self.report(outcome))
        }
        copy = try TemporaryFolder()
        try Self.copy(fleet.folder.path, to: copy["world"])
    }

    /// As a run's report begins.
    private static func report(_ outcome: RunOutcome) -> String {
        let anchor = outcome.audit ?? AuditAnchor(entries: 0, hash: .zero)
        return
            #"{"version":1,"run":"\#(outcome.id)","audit":{"entries":\#(anchor.entries),"hash":"\#(anchor.hash.hex)"}}"#
    }

    private static func copy(_ from: String, to: String) throws {
        let done = try ExternalProgram.run(["cp", "-a", from + "/.", to])
        guard done.status == 0 else { throw RotationError(.io, done.errors) }
    }

    /// As it was before anything was damaged.
    func restore() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: fleet.folder.path) {
            try FileManager.default.removeItem(atPath: fleet.folder[name])
        }
        try Self.copy(copy["world"], to: fleet.folder.path)
    }

    func verify(at: Timestamp = now) async throws -> [Mismatch] {
        var found: [Mismatch] = []
        let count = try await Verification(fleet.workspace, at: at).perform { found.append($0) }
        guard count == found.count else { throw RotationError(.io, "\(count) were counted, \(found.count) told") }
        return found
    }

    func repair(at: Timestamp = now) async throws -> [String: Int] {
        let mended = try await VerificationRepair(
            fleet.workspace, at: at, actor: "test", clock: FixedClock(at)
        ).perform()
        return Dictionary(mended.map { ($0.what, $0.count) }, uniquingKeysWith: +)
    }

    // MARK: Damaging

    /// What nothing in the program writes.
    func sql(_ statements: String...) throws {
        guard let sqlite = try fleet.workspace.openInventory(.readWrite) as? SQLFleet else { return }
        try sqlite.withWriter { database in
            try Query(uncached: database, "PRAGMA foreign_keys = OFF").run()
            for trigger in ["audit_is_not_changed", "audit_is_not_deleted", "revocations_are_for_ever"] {
                try Query(uncached: database, "DROP TRIGGER IF EXISTS \(trigger)").run()
            }
            for statement in statements { try Query(uncached: database, statement).run() }
        }
    }

    func manifestPath(_ device: String) -> String {
        fleet.folder["delivery/\(DeliveryTree.manifestPath(of: DeviceID(checked: device)))"]
    }

    static func manifestPath(_ device: String) -> String { DeliveryTree.manifestPath(of: DeviceID(checked: device)) }

    var list: String { fleet.folder["delivery/crl/fleet-ca-1.crl"] }

    func change(_ path: String, _ body: (inout [UInt8]) throws -> Void) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw RotationError(.io, "missing", at: path)
        }
        var bytes = Array(data)
        try body(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    func write(_ text: String, to path: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: path) }

    func chmod(_ path: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// Signs a device's manifest anew with another sequence.
    func resign(_ device: String, sequence: Int, by key: PrivateKey? = nil) throws {
        try change(manifestPath(device)) { bytes in
            let payload = String(decoding: try UnverifiedJWS(reading: bytes).payload, as: UTF8.self)
            let changed = payload.replacing(/"sequence":\d+/, with: "\"sequence\":\(sequence)")
            bytes = try JWSSigner(key: key ?? fleet.manifestKey).sign(payload: Array(changed.utf8), type: Manifest.type)
        }
    }

    /// Signs the CRL anew with other entries, another number or another date.
    func resignList(
        number: Int = 0, later: TimeSpan = .zero, _ entries: ([RevokedEntry]) -> [RevokedEntry] = { $0 }
    ) throws {
        let list = try RevocationList(reading: Array(FileManager.default.contents(atPath: list) ?? Data()))
        let order = RevocationListOrder(
            number: UInt64(Int(list.number ?? 0) + number), thisUpdate: list.thisUpdate + later,
            nextUpdate: (list.nextUpdate ?? list.thisUpdate) + later, entries: entries(list.entries))
        let signed = try RevocationListSigner(authority: fleet.pki.authority, signature: nil, pssHash: nil).sign(order)
        try change(self.list) { $0 = signed.der }
    }
}

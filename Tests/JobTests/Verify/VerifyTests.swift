import Fleet
import Foundation
import Lifecycle
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Job

/// One damage, made on a workspace that has none, and the code that its line has to have.
struct Damage: Sendable, CustomTestStringConvertible {
    let name: String
    let code: String
    let make: @Sendable (VerifiedWorld) throws -> Void

    init(_ name: String, _ code: String, _ make: @escaping @Sendable (VerifiedWorld) throws -> Void) {
        (self.name, self.code, self.make) = (name, code, make)
    }

    var testDescription: String { name }

    static let all = certificates + facts + manifests + lists + rest

    private static func column(_ change: String, of device: String = "fresh")
        -> @Sendable (VerifiedWorld) throws -> Void
    {
        { world in
            try world.sql(
                "UPDATE certificates SET \(change) WHERE device = (SELECT id FROM devices WHERE name = '\(device)')")
        }
    }

    private static let certificates = [
        Damage("another fingerprint", "certificate-column", column("fingerprint = zeroblob(32)")),
        Damage("another serial number", "certificate-column", column("serial = x'0102'")),
        Damage("another subject", "certificate-column", column("subject = 'CN=somebody else'")),
        Damage("an earlier notBefore", "certificate-column", column("not_before = not_before - 1")),
        Damage("a later notAfter", "certificate-column", column("not_after = not_after + 86400")),
        Damage("another key's fingerprint", "certificate-column", column("key_fingerprint = zeroblob(32)")),
        Damage("another key's identity", "certificate-column", column("key_identity = zeroblob(32)")),
        Damage("something malformed", "certificate-column", column("malformed = 'it is not'")),
        Damage("another issuer", "certificate-column") {
            try $0.sql("UPDATE issuers SET name = 'CN=Another CA'")
        },
        Damage("another kind of key", "certificate-column") {
            try $0.sql("UPDATE key_kinds SET algorithm = 'RSA-1024'")
        },
        Damage("a signature that counts as weak", "certificate-column") {
            try $0.sql("UPDATE signature_kinds SET is_weak = 1")
        },
        Damage("a byte of a stored certificate", "certificate-signature") {
            // Within the signature, which is last.
            try $0.sql(
                """
                UPDATE certificate_bodies SET der =
                  CAST(substr(der, 1, length(der) - 4) || char(1) || substr(der, -3) AS BLOB) WHERE certificate = 1
                """)
        },
        Damage("a stored certificate cut off", "certificate-unreadable") {
            try $0.sql("UPDATE certificate_bodies SET der = substr(der, 1, 200) WHERE certificate = 2")
        },
        Damage("a certificate said to be its own signer's", "certificate-signature", column("signed_by = 'self'")),
        Damage("a certificate without its DER", "certificate-body") {
            try $0.sql("DELETE FROM certificate_bodies WHERE certificate = 3")
        },
        Damage("a certificate that no class has", "certificate-class", column("class = NULL")),
        Damage("a class of another lifetime", "certificate-class") {
            try $0.sql("UPDATE certificate_classes SET lifetime = -id")
        },
        Damage("a shared key that is not listed", "shared-key") { try $0.sql("DELETE FROM shared_keys") },
        Damage("a second certificate that is not listed", "leftover") {
            try $0.sql(
                "UPDATE certificates SET status = 'ACTIVE' WHERE device = (SELECT id FROM devices WHERE name = 'ended')",
                "DELETE FROM devices_with_leftovers")
        },
        Damage("a miscount of certificates", "expiry-count") {
            try $0.sql("UPDATE active_ends SET certificates = certificates + 1")
        },
        Damage("a waiting CSR's key", "request-key") { try $0.sql("UPDATE requests SET key_identity = zeroblob(32)") },
    ]

    private static let facts = [
        Damage(
            "a revoked certificate that is ACTIVE again", "revocation-status", column("status = 'ACTIVE'", of: "stolen")
        ),
        Damage("a revocation without a record", "revocation-missing", column("status = 'REVOKED'")),
        Damage("a revocation taken out", "revocation-missing") { try $0.sql("DELETE FROM revocations WHERE id = 1") },
        Damage("a revocation under another issuer", "revocation-issuer") {
            try $0.sql("INSERT INTO issuers (name) VALUES ('CN=x')", "UPDATE revocations SET issuer = 2")
        },
        Damage("a stolen key that is no longer refused", "revocation-key") { try $0.sql("DELETE FROM refused_keys") },
        Damage("twins of different status", "certificate-status", column("status = 'INACTIVE'", of: "twin-1")),
        Damage("a certificate without its parent", "certificate-origin") {
            try $0.sql("UPDATE certificates SET parent = NULL WHERE rotation IS NOT NULL")
        },
        Damage("a certificate of another lineage", "certificate-lineage") {
            try $0.sql("UPDATE certificates SET parent = id WHERE rotation IS NOT NULL")
        },
        Damage("a rotation that lost its replacement", "rotation-state") {
            try $0.sql("UPDATE rotations SET new_certificate = NULL WHERE state = 'completed'")
        },
        Damage("a confirmed certificate that is pending again", "certificate-pending") {
            try $0.sql(
                """
                UPDATE certificates SET status = 'PENDING_ACTIVATION'
                  WHERE id = (SELECT new_certificate FROM rotations WHERE state = 'completed')
                """)
        },
        Damage("a rotation moved to another device", "rotation-certificates") {
            try $0.sql("UPDATE rotations SET device = (SELECT id FROM devices WHERE name = 'fresh') WHERE open = 0")
        },
        Damage("another serial number set aside", "reservation-certificate") {
            try $0.sql("UPDATE reservations SET serial = x'01' WHERE id = 1")
        },
        Damage("a reservation taken out", "reservation-missing") { try $0.sql("DELETE FROM reservations") },
        Damage("a reference to nothing", "inventory-damaged") {
            try $0.sql("UPDATE devices SET label_set = 99 WHERE name = 'fresh'")
        },
        Damage("a value that no column may have", "inventory-damaged") {
            try $0.sql("PRAGMA ignore_check_constraints = ON", "UPDATE requests SET proof = 'hearsay'")
        },
        Damage("an altered entry of the audit", "audit-broken") {
            try $0.sql("UPDATE audit SET actor = 'somebody' WHERE id = 3")
        },
        Damage("an entry of the audit taken out", "audit-broken") { try $0.sql("DELETE FROM audit WHERE id = 4") },
        Damage("the audit's end cut off", "audit-cut") {
            try $0.sql(
                "DELETE FROM audit WHERE id > 8",
                "UPDATE audit_head SET entry = 8, hash = (SELECT hash FROM audit WHERE id = 8)")
        },
        Damage("a report of another audit", "audit-rewritten") {
            try $0.write(
                #"{"version":1,"audit":{"entries":5,"hash":"\#(String(repeating: "ab", count: 32))"}}"#,
                to: $0.fleet.folder["reports/run-20261201T000000Z-00000000.json"])
        },
    ]

    private static let manifests = [
        Damage("a manifest removed", "manifest-missing") { try $0.remove($0.manifestPath("issued")) },
        Damage("a byte flipped in a manifest", "manifest-signature") { world in
            try world.change(world.manifestPath("issued")) { $0[$0.count - 20] ^= 1 }
        },
        Damage("a manifest cut off", "manifest-unreadable") { world in
            try world.change(world.manifestPath("asked")) { $0.removeLast($0.count / 2) }
        },
        Damage("a manifest signed by another key", "manifest-signature") {
            try $0.resign("issued", sequence: 1, by: PrivateKey.generate(.ecdsaP256))
        },
        Damage("an older manifest put back", "manifest-older") { try $0.resign("ended", sequence: 1) },
        Damage("a manifest newer than its record", "manifest-newer") { try $0.resign("issued", sequence: 9) },
        Damage("a record of an older manifest", "manifest-newer") {
            try $0.sql("UPDATE manifests SET sequence = 1 WHERE action = 'none'")
        },
        Damage("another device's manifest", "manifest-differs") { world in
            try world.remove(world.manifestPath("issued"))
            try FileManager.default.copyItem(atPath: world.manifestPath("asked"), toPath: world.manifestPath("issued"))
        },
        Damage("a manifest's record changed", "manifest-differs") {
            try $0.sql("UPDATE manifests SET expires = expires + 1 WHERE action = 'install'")
        },
        Damage("a manifest of nobody's rotation", "manifest-rotation") {
            try $0.sql(
                "UPDATE manifests SET rotation = (SELECT max(rotation) FROM manifests WHERE action = 'rekey') WHERE action = 'none'"
            )
        },
        Damage("a manifest without its record", "manifest-unrecorded") {
            try $0.sql("DELETE FROM manifests WHERE action = 'rekey'")
        },
        Damage("a manifest for a stranger", "manifest-stranger") { world in
            let path = world.manifestPath("stranger")
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: world.manifestPath("asked"), toPath: path)
        },
        Damage("a manifest in another's folder", "delivery-stray") { world in
            let folder = (world.manifestPath("asked") as NSString).deletingLastPathComponent
            try FileManager.default.copyItem(atPath: world.manifestPath("issued"), toPath: folder + "/issued.jws")
        },
        Damage("a manifest that nobody can read", "permission") { try $0.chmod($0.manifestPath("issued"), 0o600) },
        Damage("a manifest that is a folder", "manifest-unreadable") {
            try $0.remove($0.manifestPath("issued"))
            try FileManager.default.createDirectory(
                atPath: $0.manifestPath("issued"), withIntermediateDirectories: false)
        },
    ]

    private static let lists = [
        Damage("a CRL removed", "crl-missing") { try $0.remove($0.list) },
        Damage("a CRL cut off", "crl-unreadable") { world in try world.change(world.list) { $0.removeLast(30) } },
        Damage("a byte flipped in a CRL's signature", "crl-signature") { world in
            try world.change(world.list) { $0[$0.count - 5] ^= 1 }
        },
        Damage("an older CRL put back", "crl-older") { try $0.resignList(number: -1) { Array($0.prefix(1)) } },
        Damage("a CRL newer than its record", "crl-newer") { try $0.resignList(number: 5) },
        Damage("a CRL from the future", "crl-future") { try $0.resignList(later: .days(400)) },
        Damage("a CRL of other dates", "crl-dates") { try $0.resignList(later: .hours(1)) },
        Damage("a CRL without an entry", "crl-entry") { try $0.resignList { Array($0.dropFirst()) } },
        Damage("a CRL with an entry too many", "crl-entry") {
            try $0.resignList {
                $0 + [
                    RevokedEntry(
                        serialNumber: ThrowawayPKI.serial("nobody"), revokedAt: TestFleet.now, reason: .superseded)
                ]
            }
        },
        Damage("a CRL with another reason", "crl-entry") {
            try $0.resignList { entries in
                entries.map {
                    RevokedEntry(serialNumber: $0.serialNumber, revokedAt: $0.revokedAt, reason: .cessationOfOperation)
                }
            }
        },
        Damage("a CRL that nobody issued", "crl-unrecorded") {
            try FileManager.default.copyItem(atPath: $0.list, toPath: $0.fleet.folder["delivery/crl/other.crl"])
        },
        Damage("a record of a CRL that covers what never was", "crl-record") {
            try $0.sql("UPDATE crls SET covers = 99")
        },
        Damage("a record of a CRL that was never published", "crl-unpublished") {
            try $0.sql("UPDATE crls SET published = 0")
        },
    ]

    private static let rest = [
        Damage("keys.json removed", "keys-missing") { try $0.remove($0.fleet.folder["delivery/keys.json"]) },
        Damage("another key in keys.json", "keys-differ") {
            let other = try PrivateKey.generate(.ecdsaP256).publicKey
            try $0.write(
                "{\"keys\":[\(try JSONWebKey(other).json(alg: .es256))]}\n", to: $0.fleet.folder["delivery/keys.json"])
        },
        Damage("a chain removed", "chain-missing") {
            try $0.remove($0.fleet.folder["delivery/authorities/fleet-ca-1.pem"])
        },
        Damage("another authority's chain", "chain-differs") {
            try $0.write(
                try ThrowawayPKI(now: TestFleet.now, subject: "Another").authority.certificate.pem,
                to: $0.fleet.folder["delivery/authorities/fleet-ca-1.pem"])
        },
        Damage("another authority's key", "key-other") {
            try $0.change($0.fleet.folder["ca.key"]) { $0 = try PrivateKey.generate(.ecdsaP256).pem() }
        },
        Damage("an authority's key that others may read", "key-permission") {
            try $0.chmod($0.fleet.folder["ca.key"], 0o644)
        },
        Damage("a key for manifests that is gone", "key-unavailable") {
            try $0.remove($0.fleet.folder["manifest.key"])
        },
        Damage("a temporary file among the manifests", "temporary-file") {
            let path = $0.manifestPath("issued") as NSString
            try $0.write("half", to: path.deletingLastPathComponent + "/.\(path.lastPathComponent).new")
        },
        Damage("a temporary file beside the CRL", "temporary-file") {
            try $0.write("half", to: $0.fleet.folder["delivery/crl/.fleet-ca-1.crl.new"])
        },
        Damage("a temporary report", "temporary-file") {
            try $0.write("half", to: $0.fleet.folder["reports/.run-1.json.new"])
        },
        Damage("an inventory that everybody may write", "permission") {
            try $0.chmod($0.fleet.workspace.configuration.inventory.text, 0o666)
        },
        Damage("an inventory that everybody may read", "permission") {
            try $0.chmod($0.fleet.workspace.configuration.inventory.text, 0o644)
        },
        Damage("a folder of CRLs that nobody may read", "permission") {
            try $0.chmod($0.fleet.folder["delivery/crl"], 0o700)
        },
    ]
}

@Suite("Verifying", .serialized)
struct VerifyTests {
    @Test("Nothing is found where nothing is damaged, and each damage is found by a line of its own kind")
    func damages() async throws {
        let world = try await VerifiedWorld()
        #expect(try await world.verify() == [])
        #expect(Damage.all.count >= 40)
        for damage in Damage.all {
            try world.restore()
            try damage.make(world)
            let found = try await world.verify()
            #expect(found.map(\.code).contains(damage.code), "\(damage.name): \(found)")
            #expect(found.allSatisfy { !$0.place.isEmpty && !$0.what.isEmpty && !$0.remedy.isEmpty }, "\(damage.name)")
        }
        try world.restore()
        #expect(try await world.verify() == [])
    }

    @Test("What takes no person is mended, and nothing remains; no fact changes by it")
    func repair() async throws {
        let world = try await VerifiedWorld()
        let mendable: Set = [
            "a manifest removed", "a byte flipped in a manifest", "an older manifest put back",
            "another device's manifest",
            "a manifest that nobody can read", "a CRL removed", "a CRL cut off", "an older CRL put back",
            "a CRL without an entry", "a CRL from the future", "keys.json removed", "another key in keys.json",
            "a chain removed", "a temporary file among the manifests", "a temporary report",
            "a folder of CRLs that nobody may read",
        ]
        #expect(Damage.all.count { mendable.contains($0.name) } == mendable.count)
        let before = try world.facts()
        for damage in Damage.all where mendable.contains(damage.name) {
            try world.restore()
            try damage.make(world)
            #expect(try await !world.repair().isEmpty, "\(damage.name)")
            #expect(try await world.verify() == [], "\(damage.name)")
            #expect(try world.facts() == before, "\(damage.name)")
        }
    }

    @Test("Nothing is published from an inventory that is damaged, and what is newer than it is left alone")
    func noRepair() async throws {
        let world = try await VerifiedWorld()
        try world.sql("UPDATE certificates SET fingerprint = zeroblob(32) WHERE id = 1")
        try world.remove(world.manifestPath("issued"))
        #expect(try await world.repair() == [:])
        #expect(!world.fleet.hasManifest("issued"))
        for name in ["a manifest newer than its record", "a CRL newer than its record"] {
            try world.restore()
            let damage = try #require(Damage.all.first { $0.name == name })
            try damage.make(world)
            #expect(try await world.repair() == [:])
            #expect(try await world.verify().map(\.code).contains(damage.code))
        }
    }
}

extension VerifyTests {
    @Test("What is newer than the inventory is brought forward by the command that its line names")
    func recovering() async throws {
        let world = try await VerifiedWorld()
        for name in [
            "a manifest newer than its record", "a record of an older manifest", "a manifest without its record",
        ] {
            try world.restore()
            let damage = try #require(Damage.all.first { $0.name == name })
            try damage.make(world)
            let found = try await world.verify()
            #expect(found.contains { $0.remedy.contains("recover --from-delivery") })
            let before = try ["issued", "ended", "asked"].map { try world.fleet.manifest($0).sequence }
            #expect(try await world.fleet.recover(at: VerifiedWorld.now).newer == 1, "\(name)")
            try await world.fleet.run(at: VerifiedWorld.now)
            #expect(try await world.verify() == [], "\(name)")
            let after = try ["issued", "ended", "asked"].map { try world.fleet.manifest($0).sequence }
            #expect(zip(before, after).allSatisfy { $0 <= $1 })
            #expect(try await world.fleet.recover(at: VerifiedWorld.now).past == nil)
        }
    }
}

extension VerifiedWorld {
    /// What the inventory says of the fleet, without what it says of its own publishing.
    func facts() throws -> [String] {
        var lines: [String] = []
        try fleet.inventory().exportFleet(format: .csv) { lines.append(String(decoding: $0, as: UTF8.self)) }
        for device in ["issued", "ended", "asked", "stolen"] {
            let story = try fleet.story(device)
            lines.append("\(device) \(story.sequence) \(story.rotations.map(\.state.rawValue))")
        }
        return lines
    }
}

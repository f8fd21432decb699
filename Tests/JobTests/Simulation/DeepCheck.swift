import Delivery
import Fleet
import Foundation
import Lifecycle
import PKI
import RotationModel
import RotationTesting
import System

@testable import Job

/// Holds the inventory, the delivery tree, the lists and the audit against each other, as somebody would who trusts none of them.
final class DeepCheck {
    private let fleet: TestFleet
    private let residents: [Resident]
    private let world: SimulatedWorld
    private let chronicle: Chronicle
    private var sequences: [DeviceID: Int] = [:]
    private var listNumbers: [String: UInt64] = [:]

    init(_ fleet: TestFleet, _ residents: [Resident], _ world: SimulatedWorld, _ chronicle: Chronicle) {
        (self.fleet, self.residents, self.world, self.chronicle) = (fleet, residents, world, chronicle)
    }

    /// - Parameter share: of how many devices one is looked at; 1 for all.
    func perform(day: Int, oneOf share: Int) throws {
        let inventory = try fleet.workspace.openInventory(.readOnly)
        var certificates: [RevocableCertificate] = []
        try inventory.planningSnapshot { try $0.forEachCertificate { certificates.append($0) } }
        checkSerials(certificates, day)
        checkStolen(certificates, day)
        try checkLists(certificates, day)
        for (place, resident) in residents.enumerated() where place % share == (day / 30) % share {
            try checkDevice(resident, inventory, day)
        }
    }

    /// What is too long for every month.
    func performAtTheEnd(day: Int) throws {
        try perform(day: day, oneOf: 1)
        let inventory = try fleet.workspace.openInventory(.readOnly)
        if let broken = try inventory.verifyAuditChain() {
            chronicle.wrong(day, nil, "the audit breaks at entry \(broken)")
        }
        try checkTree(inventory, day)
        try checkSignatures(inventory, day)
        try askOpenSSL(inventory, day)
    }

    /// The judgement of a program that shares nothing with the job: which certificates it would let in.
    private func askOpenSSL(_ inventory: any FleetStore, _ day: Int) throws {
        let now = SimulatedWorld.run(day)
        let list = try RevocationList(reading: try fleet.folder.read("delivery/crl/fleet-ca-1.crl"))
        try fleet.folder.write("judge/list.pem", PEM.encode("X509 CRL", list.der))
        var wanted: [(place: Int, status: String)] = []
        var certificates: [String] = []
        try inventory.exportFleet(format: .ndjson) { lines in
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                let row = try JSONDecoder().decode(ExportedRow.self, from: Data(line))
                for exported in row.certificates where exported.status == "REVOKED" || exported.status == "ACTIVE" {
                    let isSampled = exported.status == "REVOKED" || wanted.count % 20 == 0
                    guard isSampled, try Certificate(reading: Array(exported.pem.utf8)).notAfter > now else { continue }
                    wanted.append((certificates.count, exported.status))
                    certificates.append(exported.pem)
                }
            }
        }
        for (place, status) in wanted.suffix(40) {
            let file = try fleet.folder.write("judge/\(place).pem", certificates[place])
            let verdict = try ExternalProgram.run([
                "openssl", "verify", "-attime", "\(now.seconds)", "-crl_check", "-CRLfile",
                fleet.folder["judge/list.pem"],
                "-CAfile", fleet.folder["ca.pem"], file,
            ])
            let isRevoked = (verdict.text + verdict.errors).contains("certificate revoked")
            if (status == "REVOKED") != isRevoked || (status == "ACTIVE" && verdict.status != 0) {
                chronicle.wrong(
                    day, nil, "openssl says of a certificate that is \(status): \(verdict.text)\(verdict.errors)")
            }
        }
    }

    // MARK: Certificates

    private func checkSerials(_ certificates: [RevocableCertificate], _ day: Int) {
        var seen: [SerialNumber: Fingerprint] = [:]
        for certificate in certificates {
            // Twins have one certificate, which is no second serial number.
            if let other = seen.updateValue(certificate.fingerprint, forKey: certificate.serialNumber),
                other != certificate.fingerprint
            {
                chronicle.wrong(day, certificate.device, "serial number \(certificate.serialNumber) was given twice")
            }
        }
    }

    /// Once the deadline has come, nothing of the stolen lot from before authenticates any more.
    private func checkStolen(_ certificates: [RevocableCertificate], _ day: Int) {
        let theft = SimulatedWorld.run(world.theftDay)
        guard SimulatedWorld.run(day) >= theft + SimulatedWorld.deadline else { return }
        let stolen = Set(residents.filter(\.isStolen).map(\.device.id))
        for certificate in certificates
        where stolen.contains(certificate.device) && certificate.causedBy == nil && certificate.notBefore < theft
            && certificate.notAfter > theft && certificate.status != .revoked
        {
            chronicle.wrong(
                day, certificate.device,
                "\(certificate.fingerprint.hex.prefix(8)) is \(certificate.status.rawValue), and was stolen")
        }
    }

    /// Every certificate that may authenticate is the authority's, and its device has its key.
    private func checkSignatures(_ inventory: any FleetStore, _ day: Int) throws {
        var byID: [String: Resident] = [:]
        for resident in residents { byID[resident.device.id.text] = resident }
        let key = fleet.pki.key.publicKey
        try inventory.exportFleet(format: .ndjson) { lines in
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                let row = try JSONDecoder().decode(ExportedRow.self, from: Data(line))
                guard let resident = byID[row.device] else { continue }
                for exported in row.certificates where ["ACTIVE", "PENDING_ACTIVATION"].contains(exported.status) {
                    let certificate = try Certificate(reading: Array(exported.pem.utf8))
                    if try !certificate.isSigned(by: key) {
                        chronicle.wrong(day, resident.device.id, "\(certificate.fingerprint) is not the authority's")
                    }
                    let keys = [resident.device.current.key, resident.device.previous?.key, resident.device.pendingKey]
                    let hasKey = keys.contains { $0?.publicKey == certificate.publicKey }
                    let mayLack =
                        resident.lost.contains(certificate.publicKey.fingerprint) || exported.status == "ACTIVE"
                    if !hasKey && !(mayLack && resident.requested.contains(certificate.publicKey.fingerprint)) {
                        chronicle.wrong(
                            day, resident.device.id,
                            "\(exported.status) \(certificate.fingerprint) has a key that is not its own")
                    }
                }
            }
        }
    }

    private struct ExportedRow: Decodable {
        struct Exported: Decodable {
            let status: String
            let pem: String
        }
        let device: String
        let certificates: [Exported]
    }

    // MARK: Lists

    private func checkLists(_ certificates: [RevocableCertificate], _ day: Int) throws {
        let complete = try list("fleet-ca-1.crl", day)
        let shards = try (0..<2).map { try list("fleet-ca-1-\($0)-of-2.crl", day) }
        guard let complete else { return }
        let listed = Set(complete.entries.map(\.serialNumber))
        let revoked = certificates.filter { $0.status == .revoked }
        for certificate in revoked
        where certificate.notAfter >= complete.thisUpdate && !listed.contains(certificate.serialNumber) {
            chronicle.wrong(day, certificate.device, "\(certificate.serialNumber) is REVOKED, and no list says so")
        }
        // An entry stays until one list came out after the certificate's end: that is a list's validity at most.
        let mayStay = Set(revoked.filter { $0.notAfter + .days(7) >= complete.thisUpdate }.map(\.serialNumber))
        for serial in listed.subtracting(mayStay) {
            chronicle.wrong(day, nil, "\(serial) stands in the list, and is not REVOKED or has long expired")
        }
        for (number, shard) in shards.enumerated() {
            guard let shard else { continue }
            let mine = revoked.filter { $0.serialNumber.shard(of: 2) == number && $0.notAfter >= shard.thisUpdate }
            let entries = Set(shard.entries.map(\.serialNumber))
            if !entries.isSuperset(of: mine.map(\.serialNumber))
                || !entries.isSubset(of: Set(revoked.map(\.serialNumber)))
            {
                chronicle.wrong(day, nil, "shard \(number) is not what is REVOKED")
            }
        }
    }

    private func list(_ name: String, _ day: Int) throws -> RevocationList? {
        guard let bytes = try fleet.workspace.delivery.revocationList(name) else {
            chronicle.wrong(day, nil, "there is no \(name)")
            return nil
        }
        let list = try RevocationList(reading: bytes)
        if try !list.isSigned(by: fleet.pki.key.publicKey) {
            chronicle.wrong(day, nil, "\(name) is not the authority's")
        }
        let number = list.number ?? 0
        if number < listNumbers[name] ?? 1 { chronicle.wrong(day, nil, "\(name) went back to number \(number)") }
        listNumbers[name] = number
        let now = SimulatedWorld.run(day)
        if list.thisUpdate > now || list.nextUpdate ?? now <= SimulatedWorld.run(day + 1) {
            chronicle.wrong(day, nil, "\(name) is not valid until the next run")
        }
        return list
    }

    // MARK: Devices

    private func checkDevice(_ resident: Resident, _ inventory: any FleetStore, _ day: Int) throws {
        let device = resident.device
        guard let story = try inventory.show(device.id) else {
            return chronicle.wrong(day, device.id, "is not in the inventory")
        }
        if story.sequence < sequences[device.id] ?? 0 || story.sequence < device.lastSequence {
            chronicle.wrong(day, device.id, "its sequence fell to \(story.sequence)")
        }
        sequences[device.id] = story.sequence
        try checkManifest(of: device, story, day)
        let open = story.rotations.filter { $0.state != .completed && $0.state != .cancelled }
        if open.count > 1 { chronicle.wrong(day, device.id, "has \(open.count) open rotations") }
        for rotation in story.rotations {
            let steps = [rotation.asked, rotation.issued, rotation.delivered, rotation.confirmed, rotation.ended]
            let times = [rotation.openedAt] + steps.compactMap { $0?.at }
            if times != times.sorted() {
                chronicle.wrong(day, device.id, "rotation \(rotation.row) took its steps out of order")
            }
            if rotation.state == .completed, rotation.confirmed == nil {
                chronicle.wrong(day, device.id, "rotation \(rotation.row) was completed and never confirmed")
            }
        }
    }

    private func checkManifest(of device: SimulatedDevice, _ story: DeviceStory, _ day: Int) throws {
        let path = fleet.folder["delivery/\(device.manifestPath)"]
        guard let record = story.manifest else {
            if Files.exists(path) { chronicle.wrong(day, device.id, "has a manifest that no record knows") }
            return
        }
        guard story.isManifestPublished, Files.exists(path) else {
            return chronicle.wrong(day, device.id, "manifest \(record.sequence) was not published")
        }
        do {
            let file = try device.peek(try Files.read(path, limit: 1 << 20), after: 0, at: record.issued)
            let isSame =
                file.sequence == record.sequence && file.action == record.action.rawValue
                && file.expires == record.expires && file.certificate?.der == record.certificateDER
                && file.replaces == record.replaces?.fingerprint.hex && file.reason == record.reason.code.rawValue
            if !isSame { chronicle.wrong(day, device.id, "manifest \(record.sequence) is not what was recorded") }
        } catch let doubt as SimulatedManifest.Doubt {
            chronicle.wrong(day, device.id, "manifest \(record.sequence) cannot be believed: \(doubt)")
        }
    }

    /// Nothing lies in the tree that no device is to read.
    private func checkTree(_ inventory: any FleetStore, _ day: Int) throws {
        let root = fleet.folder["delivery/manifests"]
        let found = Set(
            (FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []).filter { $0.utf8.count > 5 })
        let expected = Set(residents.map { String($0.device.manifestPath.dropFirst("manifests/".count)) })
        for stray in found.subtracting(expected) { chronicle.wrong(day, nil, "\(stray) is nobody's manifest") }
        for folder in ["inbox/csr", "inbox/ack"] {
            for file in try FileManager.default.contentsOfDirectory(atPath: fleet.folder[folder]) {
                chronicle.wrong(day, nil, "\(folder)/\(file) was left")
            }
        }
    }
}

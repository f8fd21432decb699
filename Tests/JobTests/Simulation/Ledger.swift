import Fleet
import PKI
import RotationModel
import RotationTesting

/// Watches the inventory day by day, and asks of every change of a certificate's status why it was made.
final class Ledger {
    /// An order to revoke, as the test gave it.
    struct Order {
        let devices: Set<DeviceID>
        let recordedAt: Timestamp
        let mode: RevocationMode
        let deadline: TimeSpan?
    }

    private struct Known {
        var status: CertificateStatus
        let fingerprint: Fingerprint
        let notAfter: Timestamp
    }

    private struct Listed: Equatable {
        let row: Int64
        let status: CertificateStatus
    }

    var orders: [Order] = []
    /// What each device has, by its certificates' rows: those that are or were `ACTIVE` or `PENDING_ACTIVATION`.
    private var known: [[Int64: Known]]
    private var rows: [Int64]
    /// As the inventory listed them last: what is as it was needs no second look.
    private var listed: [[Listed]]
    /// Until which day it is known that a device authenticates, if nothing changes; -1 where it is to be worked out.
    private var soundUntil: [Int]
    private let residents: [Resident]
    private let chronicle: Chronicle
    /// Devices that a revocation left without a certificate.
    private(set) var lockedOut: Set<Int> = []

    /// - Parameter residents: in the order of their ids.
    init(_ residents: [Resident], _ chronicle: Chronicle) {
        (self.residents, self.chronicle) = (residents, chronicle)
        known = [[Int64: Known]](repeating: [:], count: residents.count)
        rows = [Int64](repeating: 0, count: residents.count)
        listed = [[Listed]](repeating: [], count: residents.count)
        soundUntil = [Int](repeating: -1, count: residents.count)
    }

    /// Looks at the inventory after the day's run.
    func observe(_ snapshot: any FleetView, day: Int) throws {
        var place = 0
        try snapshot.forEachDeviceWithActiveCertificate { found in
            while place < residents.count, residents[place].device.id < found.id {
                try unseen(place, snapshot, day)
                place += 1
            }
            guard place < residents.count, residents[place].device.id == found.id else { return }
            rows[place] = found.row
            try compare(place, found.active + found.pending, snapshot, day)
            if lockedOut.remove(place) != nil { chronicle.count(.backIn) }
            place += 1
        }
        while place < residents.count {
            try unseen(place, snapshot, day)
            place += 1
        }
    }

    /// A device without an `ACTIVE` certificate.
    private func unseen(_ place: Int, _ snapshot: any FleetView, _ day: Int) throws {
        let found = try snapshot.certificates(ofDevice: rows[place])
        listed[place] = []
        if lockedOut.insert(place).inserted {
            chronicle.count(.lockedOut)
            if !found.contains(where: { $0.status == .revoked }) {
                chronicle.wrong(day, residents[place].device.id, "has no ACTIVE certificate, and none was revoked")
            }
        }
        try explain(place, found, day)
    }

    private func compare(
        _ place: Int, _ found: [PlanningCertificate], _ snapshot: any FleetView, _ day: Int
    ) throws {
        if found.count == listed[place].count,
            zip(found, listed[place]).allSatisfy({ $0.row == $1.row && $0.status == $1.status })
        {
            return
        }
        listed[place] = found.map { Listed(row: $0.row, status: $0.status) }
        try explain(place, try snapshot.certificates(ofDevice: rows[place]), day)
    }

    // MARK: Changes

    private func explain(_ place: Int, _ found: [RevocableCertificate], _ day: Int) throws {
        soundUntil[place] = -1
        for certificate in found {
            let before = known[place][certificate.row]
            guard before?.status != certificate.status else { continue }
            known[place][certificate.row] = Known(
                status: certificate.status, fingerprint: certificate.fingerprint, notAfter: certificate.notAfter)
            if day < 0 { continue }
            if let objection = objection(to: certificate, before?.status, found, residents[place], day) {
                chronicle.wrong(
                    day, certificate.device,
                    "\(certificate.fingerprint.hex.prefix(8)) went from \(before?.status.rawValue ?? "nothing") to "
                        + "\(certificate.status.rawValue): \(objection)")
            }
        }
        let pending = found.count { $0.status == .pendingActivation }
        if pending > 1 { chronicle.wrong(day, found.first?.device, "has \(pending) unconfirmed replacements") }
    }

    /// What is wrong with a change; nil where it is right.
    private func objection(
        to certificate: RevocableCertificate, _ before: CertificateStatus?, _ all: [RevocableCertificate],
        _ resident: Resident, _ day: Int
    ) -> String? {
        switch (before, certificate.status) {
        case (nil, .pendingActivation):
            chronicle.count(.issued)
            return objectionToIssuing(certificate, all, resident)
        case (.pendingActivation, .active):
            chronicle.count(.confirmed)
            return resident.confirmed.contains(certificate.fingerprint) ? nil : "its device never confirmed it"
        case (.active, .inactive):
            chronicle.count(.retired)
            return objectionToRetiring(certificate, all, day)
        case (.pendingActivation, .inactive):
            chronicle.count(.superseded)
            let isLost = resident.lost.contains(certificate.publicKey.fingerprint)
            return isLost || SimulatedWorld.run(day) > certificate.notAfter
                ? nil : "its device could still have used it"
        case (_, .revoked):
            chronicle.count(.revoked)
            return objectionToRevoking(certificate, before, all, day)
        default:
            return "no such change is known"
        }
    }

    private func objectionToIssuing(
        _ certificate: RevocableCertificate, _ all: [RevocableCertificate], _ resident: Resident
    ) -> String? {
        guard let parent = all.first(where: { $0.row == certificate.parent }) else { return "it renews nothing" }
        if parent.publicKey.fingerprint == certificate.publicKey.fingerprint {
            return resident.isPump ? nil : "it has the key of the certificate that it renews"
        }
        return resident.requested.contains(certificate.publicKey.fingerprint)
            ? nil : "its device never asked for this key"
    }

    private func objectionToRetiring(
        _ certificate: RevocableCertificate, _ all: [RevocableCertificate], _ day: Int
    ) -> String? {
        let now = SimulatedWorld.run(day)
        guard let replacedAt = certificate.replacedAt else { return "its replacement was never confirmed" }
        guard let successor = all.first(where: { $0.parent == certificate.row && $0.confirmedAt == replacedAt }) else {
            return "nothing that was confirmed replaces it"
        }
        guard successor.status == .active else { return "what replaces it is \(successor.status.rawValue)" }
        if now >= replacedAt + SimulatedWorld.overlap || now > certificate.notAfter { return nil }
        // The new one is to be replaced itself: it is due, or revoked as well.
        if now >= successor.notAfter - SimulatedWorld.renewBefore - SimulatedWorld.spread { return nil }
        if orders.contains(where: { $0.devices.contains(certificate.device) && $0.recordedAt <= now }) { return nil }
        return "its overlap lasts until \(replacedAt + SimulatedWorld.overlap)"
    }

    private func objectionToRevoking(
        _ certificate: RevocableCertificate, _ before: CertificateStatus?, _ all: [RevocableCertificate], _ day: Int
    ) -> String? {
        let now = SimulatedWorld.run(day)
        let mine = orders.filter { $0.devices.contains(certificate.device) && $0.recordedAt <= now }
        if mine.isEmpty { return "nobody ordered it" }
        guard before == .active else { return nil }
        let isProven = all.contains { $0.row != certificate.row && $0.status == .active && $0.confirmedAt != nil }
        let mayGo = mine.contains { order in
            order.mode == .revokeNow || isProven || order.deadline.map { now >= order.recordedAt + $0 } ?? false
        }
        return mayGo ? nil : "no replacement is confirmed, and the deadline has not come"
    }

    // MARK: Devices

    /// What keeps an awake device from authenticating from now until the next run; nil where it can.
    func trouble(_ place: Int, day: Int) -> String? {
        let resident = residents[place]
        if resident.installedOn != day, resident.confirmedOn != day, soundUntil[place] >= day + 1 { return nil }
        if lockedOut.contains(place) || !resident.mustBeIn(on: day) { return nil }
        let held = known[place].values.filter { certificate in
            certificate.fingerprint == resident.device.current.certificate.fingerprint
                || certificate.fingerprint == resident.device.previous?.certificate.fingerprint
        }
        let isIn = held.contains { $0.status == .active && $0.notAfter >= SimulatedWorld.run(day + 1) }
        let listed = held.map { "\($0.status.rawValue) until \($0.notAfter)" }.joined(separator: ", ")
        if !isIn { return "has no certificate that authenticates it until the next run: \(listed)" }
        let lasts = held.filter { $0.status == .active }.map(\.notAfter).max() ?? SimulatedWorld.run(day)
        soundUntil[place] = day + Int((lasts - SimulatedWorld.run(day)).seconds / 86_400)
        let inUse = held.first { $0.fingerprint == resident.device.current.certificate.fingerprint }
        switch inUse?.status {
        case .active: return nil
        case .pendingActivation where resident.installedOn == day || resident.confirmedOn == day:
            soundUntil[place] = -1
            return nil
        default: return "goes on with a certificate that is \(inUse?.status.rawValue ?? "unknown"): \(listed)"
        }
    }

    /// Whether the inventory says REVOKED or INACTIVE of it.
    func isGone(_ fingerprint: Fingerprint, of place: Int) -> Bool {
        known[place].values.contains {
            $0.fingerprint == fingerprint && ($0.status == .revoked || $0.status == .inactive)
        }
    }
}

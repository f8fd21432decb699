import Fleet
import PKI
import Policy
import RotationModel
import RotationTesting

@testable import Job
@testable import Planning

/// The revocations that a person orders in a simulation, by the days after the theft.
struct HandOrders {
    let fleet: TestFleet
    let residents: [Resident]
    let ledger: Ledger
    /// The name of the order that is withdrawn again.
    private var withdrawable: String?

    init(_ fleet: TestFleet, _ residents: [Resident], _ ledger: Ledger) {
        (self.fleet, self.residents, self.ledger) = (fleet, residents, ledger)
    }

    /// - Parameter day: since the theft.
    mutating func give(day: Int, at: Timestamp) async throws {
        let service = RevocationService(fleet.workspace, at: at, actor: "alice", clock: FixedClock(at))
        switch day {
        case 1:
            // Of the stolen lot: two orders for one certificate.
            guard let resident = pick(0, where: { $0.isStolen }) else { return }
            try record(
                service, .fingerprint(fingerprint(resident)), resident, .keyCompromise, deadline: .days(10), at: at)
        case 30:
            guard let resident = pick(0) else { return }
            let revocation = ManualRevocation(target: .device(resident.device.id), reason: .keyCompromise)
            _ = try service.record(revocation)
            note(resident, .revokeNow, nil, at)
        case 40:
            guard let resident = pick(1) else { return }
            withdrawable = try record(
                service, .fingerprint(fingerprint(resident)), resident, .superseded, deadline: .days(5), at: at)
        case 50:
            guard let resident = pick(2) else { return }
            let serial = resident.device.current.certificate.serialNumber
            let revocation = ManualRevocation(
                target: .serial(serial, issuer: "fleet-ca-1"), reason: .affiliationChanged, mode: .replaceThenRevoke,
                deadline: .days(5))
            _ = try await service.carryOut(revocation)
            note(resident, .replaceThenRevoke, .days(5), at)
        case 60:
            // A key from long ago: what was issued by renewing its certificate goes too.
            // Two devices had it.
            guard let resident = residents.first(where: { $0.twin != nil && !$0.isStolen }),
                let sibling = residents.first(where: { $0.device.id == resident.twin }), let key = oldestKey(resident)
            else { return }
            try record(service, .key(key), resident, .keyCompromise, deadline: .days(12), at: at)
            note(sibling, .replaceThenRevoke, .days(12), at)
        case 70:
            guard let resident = residents.first(where: { $0.temperament == .dead && !$0.isStolen }) else { return }
            let revocation = ManualRevocation(target: .device(resident.device.id), reason: .cessationOfOperation)
            _ = try await service.carryOut(revocation)
            note(resident, .revokeNow, nil, at)
        case 80:
            if let withdrawable { try service.withdraw(withdrawable) }
            withdrawable = nil
        default:
            break
        }
    }

    @discardableResult
    private func record(
        _ service: RevocationService, _ target: ManualRevocation.Target, _ resident: Resident,
        _ reason: RevocationReason,
        deadline: TimeSpan, at: Timestamp
    ) throws -> String {
        let receipt = try service.record(
            ManualRevocation(target: target, reason: reason, mode: .replaceThenRevoke, deadline: deadline))
        note(resident, .replaceThenRevoke, deadline, at)
        return receipt.name
    }

    private func note(_ resident: Resident, _ mode: RevocationMode, _ deadline: TimeSpan?, _ at: Timestamp) {
        ledger.orders.append(
            Ledger.Order(devices: [resident.device.id], recordedAt: at, mode: mode, deadline: deadline))
    }

    /// Prompt devices, each order another one.
    private func pick(_ number: Int, where isWanted: (Resident) -> Bool = { !$0.isStolen }) -> Resident? {
        let fitting = residents.filter { $0.temperament == .prompt && !$0.isPump && $0.twin == nil && isWanted($0) }
        return number < fitting.count ? fitting[number] : fitting.last
    }

    private func fingerprint(_ resident: Resident) -> Fingerprint { resident.device.current.certificate.fingerprint }

    private func oldestKey(_ resident: Resident) -> KeyFingerprint? {
        guard let story = try? fleet.story(resident.device.id.text) else { return nil }
        return story.listing.certificates.first?.keyFingerprint
    }
}

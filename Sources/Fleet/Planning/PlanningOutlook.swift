import Lifecycle
import RotationModel

extension PlanningDevice {
    /// Makes the device what it will be after an event: for who looks ahead. What no rotation may make changes nothing.
    package mutating func suppose(_ event: RotationEvent, at: Timestamp) {
        guard let (moved, effects) = try? rotation?.rotation.apply(event) else { return }
        rotation?.rotation = moved
        switch moved.stage {
        case .issued: rotation?.issuedAt = at
        case .delivered: rotation?.deliveredAt = at
        case .confirmed: rotation?.confirmedAt = at
        case .awaitingCSR, .ready, .completed, .cancelled: break
        }
        for effect in effects { suppose(effect, at: at) }
        active.sort(by: PlanningCertificate.isBefore)
    }

    private mutating func suppose(_ effect: RotationEffect, at: Timestamp) {
        switch effect {
        case .activate(let certificate):
            if let place = pending.firstIndex(where: { $0.row == certificate.number }) {
                active.append(pending.remove(at: place))
            }
            change(certificate) {
                $0.status = .active
                $0.confirmedAt = at
            }
        case .markReplaced(let certificate): change(certificate) { $0.isReplaced = true }
        case .unmarkReplaced(let certificate): change(certificate) { $0.isReplaced = false }
        case .deactivate(let certificate): pending.removeAll { $0.row == certificate.number }
        case .retire(let certificate): active.removeAll { $0.row == certificate.number }
        case .end: rotation = nil
        case .forgetRequest, .abandonReservation, .withdrawOffer, .withdrawOfferIfMade: break
        }
    }

    private mutating func change(_ certificate: Rotation.Certificate, _ body: (inout PlanningCertificate) -> Void) {
        for place in active.indices where active[place].row == certificate.number { body(&active[place]) }
    }
}

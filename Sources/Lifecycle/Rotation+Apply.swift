import RotationModel

extension Rotation {
    /// What an event makes of the rotation, and what changes with it.
    ///
    /// - Throws: ``IllegalStep`` where it cannot happen to a rotation that stands here. Nothing is to be written then.
    package func apply(_ event: RotationEvent) throws(IllegalStep) -> (Rotation, [RotationEffect]) {
        switch (stage, event) {
        case (.awaitingCSR, .asked), (.ready, .asked): (moved(to: .awaitingCSR), [])
        case (.awaitingCSR, .reserved), (.ready, .reserved): (moved(to: .ready), [])
        case (.ready, .issued(let new)): (moved(to: .issued(new)), [])
        case (_, .published): (published, [])
        case (.issued(let new), .confirmed(let proved)) where proved == new,
            (.delivered(let new), .confirmed(let proved)) where proved == new:
            (moved(to: .confirmed(new)), [.activate(new), .markReplaced(original), .forgetRequest(for: new)])
        case (_, .superseded): try superseded()
        case (_, .revoked(let certificate)): try revoked(certificate)
        case (.confirmed, .overlapEnded(.active)):
            ended(.overlapOver, [.retire(original), .withdrawOffer])
        case (.confirmed, .overlapEnded(let status)):
            ended(.replacementUnusable(status), [.unmarkReplaced(original), .withdrawOffer])
        default: throw IllegalStep(state: state, event: event)
        }
    }

    private func moved(to stage: Stage) -> Rotation { Rotation(of: original, stage: stage) }

    /// A manifest that is published again, or late, moves nothing.
    private var published: Rotation {
        if case .issued(let new) = stage { moved(to: .delivered(new)) } else { self }
    }

    private func superseded() throws(IllegalStep) -> (Rotation, [RotationEffect]) {
        switch stage {
        case .awaitingCSR, .ready: ended(.originalNotCurrent, [])
        case .issued(let new), .delivered(let new): ended(.unconfirmed, [.deactivate(new)])
        case .confirmed: ended(.replacedInTurn, [])
        case .completed, .cancelled: throw IllegalStep(state: state, event: .superseded)
        }
    }

    private func revoked(_ certificate: Certificate) throws(IllegalStep) -> (Rotation, [RotationEffect]) {
        switch stage {
        case .completed, .cancelled: throw IllegalStep(state: state, event: .revoked(certificate))
        case .issued(certificate), .delivered(certificate), .confirmed(certificate):
            // The certificate that it was to replace is the one that the device has again.
            ended(.replacementRevoked, [.unmarkReplaced(original), .withdrawOfferIfMade])
        case .awaitingCSR where certificate == original, .ready where certificate == original:
            ended(.originalRevoked, [.withdrawOffer])
        case .confirmed where certificate == original: ended(.originalGone, [.withdrawOffer])
        // The device can still prove its replacement; and what has no part in the rotation ends none.
        case .awaitingCSR, .ready, .issued, .delivered, .confirmed: (self, [])
        }
    }

    /// - Parameter effects: what changes beside the end; the end comes before what the device is told.
    private func ended(_ end: RotationEnd, _ effects: [RotationEffect]) -> (Rotation, [RotationEffect]) {
        let stage: Stage
        var effects = effects
        if end.isSuccess, let replacement {
            stage = .completed(replacement)
        } else {
            stage = .cancelled(replacement)
            effects.insert(.abandonReservation, at: 0)
        }
        let place = effects.firstIndex { $0 == .withdrawOffer || $0 == .withdrawOfferIfMade } ?? effects.endIndex
        effects.insert(.end(end), at: place)
        return (moved(to: stage), effects)
    }
}

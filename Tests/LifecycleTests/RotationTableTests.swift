import Lifecycle
import RotationModel
import Testing

private let old = Rotation.Certificate(1)
private let new = Rotation.Certificate(2)
private let other = Rotation.Certificate(3)

private let stages: [Rotation.Stage] = [
    .awaitingCSR, .ready, .issued(new), .delivered(new), .confirmed(new), .completed(new), .cancelled(nil),
    .cancelled(new),
]

private let events: [RotationEvent] = [
    .asked, .reserved, .issued(new), .published, .confirmed(new), .confirmed(other), .superseded, .revoked(old),
    .revoked(new), .revoked(other), .overlapEnded(replacement: .active), .overlapEnded(replacement: .inactive),
]

/// What a step comes to: where the rotation stands then, and what changes with it. Nil where it is refused.
private typealias Step = (stage: Rotation.Stage, effects: [RotationEffect])

/// The whole life, written out: what is not in it is refused.
private func expected(_ stage: Rotation.Stage, _ event: RotationEvent) -> Step? {
    switch (stage, event) {
    case (.awaitingCSR, .asked), (.ready, .asked): (.awaitingCSR, [])
    case (.awaitingCSR, .reserved), (.ready, .reserved): (.ready, [])
    case (.ready, .issued): (.issued(new), [])
    case (.issued, .published): (.delivered(new), [])
    case (_, .published): (stage, [])
    case (.issued, .confirmed(new)), (.delivered, .confirmed(new)):
        (.confirmed(new), [.activate(new), .markReplaced(old), .forgetRequest(for: new)])
    case (.awaitingCSR, .superseded), (.ready, .superseded):
        (.cancelled(nil), [.abandonReservation, .end(.originalNotCurrent)])
    case (.issued, .superseded), (.delivered, .superseded):
        (.cancelled(new), [.abandonReservation, .deactivate(new), .end(.unconfirmed)])
    case (.confirmed, .superseded): (.completed(new), [.end(.replacedInTurn)])
    case (.awaitingCSR, .revoked(old)), (.ready, .revoked(old)):
        (.cancelled(nil), [.abandonReservation, .end(.originalRevoked), .withdrawOffer])
    case (.confirmed, .revoked(old)): (.completed(new), [.end(.originalGone), .withdrawOffer])
    case (.issued, .revoked(new)), (.delivered, .revoked(new)), (.confirmed, .revoked(new)):
        (.cancelled(new), [.abandonReservation, .unmarkReplaced(old), .end(.replacementRevoked), .withdrawOfferIfMade])
    case (.completed, .revoked), (.cancelled, .revoked): nil
    case (_, .revoked): (stage, [])
    case (.confirmed, .overlapEnded(.active)):
        (.completed(new), [.retire(old), .end(.overlapOver), .withdrawOffer])
    case (.confirmed, .overlapEnded(.inactive)):
        (
            .cancelled(new),
            [.abandonReservation, .unmarkReplaced(old), .end(.replacementUnusable(.inactive)), .withdrawOffer]
        )
    default: nil
    }
}

@Suite("A rotation's life, state by state and event by event")
struct RotationTableTests {
    @Test("Each event at each state comes to what the table says, or is refused", arguments: stages)
    func table(stage: Rotation.Stage) throws {
        let rotation = Rotation(of: old, stage: stage)
        for event in events {
            guard let step = expected(stage, event) else {
                let refusal = #expect(throws: IllegalStep.self, "\(stage) \(event)") { try rotation.apply(event) }
                #expect(refusal == IllegalStep(state: rotation.state, event: event))
                continue
            }
            let (moved, effects) = try rotation.apply(event)
            #expect(moved == Rotation(of: old, stage: step.stage), "\(stage) \(event)")
            #expect(effects == step.effects, "\(stage) \(event)")
        }
    }

    @Test("A refusal names the state and the event")
    func refusal() {
        let step = IllegalStep(state: .completed, event: .reserved)
        #expect("\(step)" == "a rotation that is completed cannot be reserved")
    }

    @Test("Storage's columns make a rotation only where they go together", arguments: RotationState.allCases)
    func stored(state: RotationState) throws {
        let needsReplacement: Bool? =
            switch state {
            case .awaitingCSR, .ready: false
            case .issued, .delivered, .confirmed, .completed: true
            case .cancelled: nil
            }
        for replacement in [nil, new] {
            let isGood = needsReplacement.map { $0 == (replacement != nil) } ?? true
            guard isGood else {
                #expect(throws: RotationError.self) {
                    try Rotation(state: state, original: old, replacement: replacement)
                }
                continue
            }
            let rotation = try Rotation(state: state, original: old, replacement: replacement)
            #expect(rotation.state == state)
            #expect(rotation.replacement == replacement)
        }
    }

    @Test(
        "Another replacement may begin beside what is not signed yet, and in place of what it supersedes",
        arguments: stages)
    func admission(stage: Rotation.Stage) {
        let rotation = Rotation(of: old, stage: stage)
        let isSigned = [.issued(new), .delivered(new), .confirmed(new)].contains(stage)
        #expect(rotation.admitsReplacement(supersedes: false) == !isSigned)
        #expect(rotation.admitsReplacement(supersedes: true))
        #expect(rotation.isContinued(byReplacing: old) == [.awaitingCSR, .ready].contains(stage))
        #expect(!rotation.isContinued(byReplacing: other))
    }
}

import Lifecycle
import RotationModel
import Testing

/// A device's certificates, changed by nothing but what rotations say.
private struct Registry {
    enum Status { case pending, active, inactive, revoked }

    var status: [Rotation.Certificate: Status]
    var replaced: Set<Rotation.Certificate> = []
    var isOfferWithdrawn = false
    var ends: [RotationEnd] = []

    mutating func carryOut(_ effects: [RotationEffect]) {
        for effect in effects {
            switch effect {
            case .activate(let certificate) where status[certificate] == .pending: status[certificate] = .active
            case .markReplaced(let certificate): replaced.insert(certificate)
            case .unmarkReplaced(let certificate): replaced.remove(certificate)
            case .deactivate(let certificate) where status[certificate] == .pending: status[certificate] = .inactive
            case .retire(let certificate) where status[certificate] == .active: status[certificate] = .inactive
            case .withdrawOffer, .withdrawOfferIfMade: isOfferWithdrawn = true
            case .end(let end): ends.append(end)
            case .activate, .deactivate, .retire, .forgetRequest, .abandonReservation: break
            }
        }
    }
}

@Suite("Rotations, whatever happens to them")
struct RotationPropertyTests {
    private let old = Rotation.Certificate(1)
    private let new = Rotation.Certificate(2)

    private func event(_ generator: inout SeededGenerator, _ registry: Registry) -> RotationEvent {
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: .asked
        case 1, 2: .reserved
        case 3: .issued(new)
        case 4: .published
        case 5: .confirmed(new)
        case 6: .superseded
        case 7: .revoked([old, new].randomElement(using: &generator) ?? old)
        default: .overlapEnded(replacement: registry.status[new] == .active ? .active : .inactive)
        }
    }

    @Test(
        "No order of events locks a device out, ends a rotation twice or brings a certificate back", arguments: 0..<200)
    func orders(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var registry = Registry(status: [old: .active])
        var rotation = Rotation(of: old, stage: .awaitingCSR)
        for _ in 0..<60 {
            let event = event(&generator, registry)
            let before = rotation
            guard let (moved, effects) = try? rotation.apply(event) else {
                #expect(rotation == before)
                continue
            }
            if case .issued(let certificate) = event { registry.status[certificate] = .pending }
            if case .revoked(let certificate) = event, registry.status[certificate] != nil {
                registry.status[certificate] = .revoked
            }
            let revoked = Set(registry.status.filter { $0.value == .revoked }.keys)
            registry.carryOut(effects)
            rotation = moved

            #expect(registry.ends.count == ([.completed, .cancelled].contains(moved.state) ? 1 : 0))
            // What was revoked stays so.
            #expect(revoked.allSatisfy { registry.status[$0] == .revoked })
            // Nothing but a revocation takes the last certificate that authenticates.
            let isLockedOut = !registry.status.values.contains(.active)
            #expect(!isLockedOut || !revoked.isEmpty, "\(before.stage) \(event)")
            // A confirmed replacement is what made the old one a replaced one.
            #expect(registry.replaced.isEmpty || [.confirmed, .completed].contains(moved.state))
            if moved.replacement == nil { #expect(registry.status[new] == nil) }
        }
    }

    @Test("A rotation that has ended takes no step, and changes nothing by it")
    func ended() throws {
        for stage in [Rotation.Stage.completed(new), .cancelled(nil), .cancelled(new)] {
            let rotation = Rotation(of: old, stage: stage)
            #expect(try rotation.apply(.published) == (rotation, []))
            for event in [.asked, .reserved, .issued(new), .confirmed(new), .superseded, .revoked(old)]
                as [RotationEvent]
            {
                #expect(throws: IllegalStep.self) { try rotation.apply(event) }
            }
        }
    }
}

/// SplitMix64: the same numbers for the same seed.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

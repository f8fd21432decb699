import Fleet
import RotationModel

/// What a run does about a certificate, with what it takes to do it.
package enum Action: Sendable, Equatable {
    /// A replacement is issued now, for the key of the CSR that waits or for the present one.
    case issue(Replacement, key: KeySource)
    /// The device is asked for a CSR, and told why its last one was refused, if one was.
    case requestCSR(Replacement, refused: String?)
    case revoke
    /// A certificate beside the current one is made inactive: the old one of a rotation, which ends with it, or one left over.
    case retire(rotation: RowID<RotationRow>?)
    indirect case hold(Hold)
    /// - Parameter policy: the place of the policy whose later waves wait for it; nil where none covers the device.
    case blocked(policy: Int?)
    case report
    case uncovered

    package var name: ActionName {
        switch self {
        case .issue: .issue
        case .requestCSR: .requestCSR
        case .revoke: .revoke
        case .retire: .retire
        case .hold: .hold
        case .blocked: .blocked
        case .report: .report
        case .uncovered: .uncovered
        }
    }

    /// Whether a run changes anything by it.
    package var isChange: Bool { name.isChange }

    /// What an `issue` certifies.
    package var key: KeySource? {
        if case .issue(_, let key) = self { key } else { nil }
    }

    /// Of what replaces a certificate now, whether by its own request or by a CSR that is asked for.
    package var replacement: Replacement? {
        switch self {
        case .issue(let replacement, _), .requestCSR(let replacement, _): replacement
        case .revoke, .retire, .hold, .blocked, .report, .uncovered: nil
        }
    }
}

/// A certificate's replacement under one policy.
package struct Replacement: Sendable, Equatable {
    /// The place of the policy in the set that decided.
    package let policy: Int
    /// Whether an earlier replacement, which its device never confirmed, is given up for this one.
    package var supersedes = false
    /// Whether it goes on with a rotation that has begun.
    var isUnderWay = false

    package init(policy: Int) { self.policy = policy }
}

/// What keeps a replacement from going out now, and what goes out when nothing does any more.
package struct Hold: Sendable, Equatable {
    /// An ``Action/issue(_:key:)`` or an ``Action/requestCSR(_:refused:)``.
    package let held: Action
    package let reason: Reason
    /// When it may go on, where that is known.
    package let until: Timestamp?
    /// Whether the certificate expires before ``until``, or has expired.
    package let expiresBeforeOpening: Bool

    package init(_ held: Action, _ reason: Reason, until: Timestamp? = nil, expiresBeforeOpening: Bool = false) {
        (self.held, self.reason, self.until) = (held, reason, until)
        self.expiresBeforeOpening = expiresBeforeOpening
    }
}

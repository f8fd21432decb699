import Fleet
import RotationModel

/// One row of a plan: what happens to one certificate, and why.
package struct Decision: Sendable {
    package var device: DeviceID
    package var account: AccountID
    package var fingerprint: Fingerprint
    package var notAfter: Timestamp
    package var action: Action
    package var reason: Reason
    /// Other findings of the same certificate, which the replacement or the reader takes care of along with the first.
    package var further: [Reason]
    /// The policy that decided, or the rule that revokes. Nil where none covers the device, or where a person decided.
    package var policy: PolicyReference?
    /// The revocation that it comes from, if any.
    package var revocation: RevocationReference?
    /// What an `issue` certifies.
    package var keySource: KeySource
    /// Of a `hold`: when it may go on, where that is known.
    package var until: Timestamp? = nil
    /// Of a `hold`: whether the certificate expires before ``until``, or has expired.
    package var expiresBeforeOpening = false

    /// Rows of the inventory, for the stages that carry the decision out.
    package var deviceRow: Int64
    package var certificateRow: Int64
    /// Where the policy stands in the set that decided. Meaningless where ``policy`` is nil.
    package var policyIndex: Int
    /// Why the device's last CSR was not taken, for the manifest that asks for another.
    package var refused: String?
    /// The device's labels, by the row of their set.
    package var labelSet: Int64
    /// The certificate's.
    var status: CertificateStatus
    /// The rotation that the row continues or ends, if any.
    package var rotation: Int64?
    /// Whether an earlier replacement, which its device never confirmed, is given up for this one.
    package var supersedes = false
    /// Whether it goes on with a rotation that has begun.
    var isUnderWay = false
}

extension Decision {
    package var cause: Cause { Cause(reason, policy) }

    /// Whether an import brought the revocation: the registry has the status already, and only the CRL does not.
    package var isImportedRevocation: Bool { action == .revoke && status == .revoked }

    private var isOfRevocation: Bool { revocation != nil || action == .revoke }

    /// The order in which a run works: what a revocation wants, then what expires first; devices and fingerprints settle what
    /// is left.
    static func isMoreUrgent(_ left: Decision, _ right: Decision) -> Bool {
        if left.isOfRevocation != right.isOfRevocation { return left.isOfRevocation }
        if left.notAfter != right.notAfter { return left.notAfter < right.notAfter }
        if left.device != right.device { return left.device < right.device }
        return left.fingerprint.digest.firstWord < right.fingerprint.digest.firstWord
    }
}

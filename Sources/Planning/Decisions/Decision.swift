import Fleet
import RotationModel

/// What happens to one certificate, and why.
package struct Decision: Sendable {
    /// Whose certificate it is about, and which.
    package struct Subject: Sendable {
        package let device: DeviceID
        package let account: AccountID
        package let deviceRow: Int64
        /// The device's labels, by the row of their set.
        package let labelSet: Int64
        package let fingerprint: Fingerprint
        package let certificateRow: Int64
        package let notAfter: Timestamp
        /// The certificate's.
        package let status: CertificateStatus
    }

    package let subject: Subject
    package var action: Action
    /// What was found, and the policy that makes it matter or the rule that revokes. Of what is held, why it is due.
    package var cause: Cause
    /// Other findings of the same certificate, which the replacement or the reader takes care of along with the first.
    package var otherFindings: [Reason] = []
    /// The revocation that it comes from, if any.
    package var revocation: RevocationReference? = nil
}

extension Decision {
    /// Of what a run found out about a certificate, and no policy decides about.
    package init(finding reason: Reason, of certificate: RevocableCertificate, in snapshot: any FleetView) throws {
        subject = Subject(
            device: certificate.device, account: try snapshot.accountName(certificate.account),
            deviceRow: certificate.deviceRow, labelSet: certificate.labelSet, fingerprint: certificate.fingerprint,
            certificateRow: certificate.row, notAfter: certificate.notAfter, status: certificate.status)
        (action, cause) = (.report, Cause(reason, nil))
    }
}

// MARK: - As it is read

extension Decision {
    package var device: DeviceID { subject.device }
    package var account: AccountID { subject.account }
    package var fingerprint: Fingerprint { subject.fingerprint }
    package var notAfter: Timestamp { subject.notAfter }
    /// The policy that decided, or the rule that revokes. Nil where none covers the device, or where a person decided.
    package var policy: PolicyReference? { cause.policy }

    package var hold: Hold? {
        if case .hold(let hold) = action { hold } else { nil }
    }

    /// All that was found of the certificate.
    package var findings: [Reason] { [cause.reason] + otherFindings }

    /// What a reader is told first: what holds it back, or else what was found.
    package var reason: Reason { hold?.reason ?? cause.reason }

    /// What a reader is told besides.
    package var further: [Reason] {
        if case .hold = action { findings } else { otherFindings }
    }
}

// MARK: - Of revocations

extension Decision {
    /// Whether an import brought the revocation: the registry has the status already, and only the CRL does not.
    package var isImportedRevocation: Bool { action == .revoke && subject.status == .revoked }

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

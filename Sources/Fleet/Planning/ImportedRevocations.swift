import RotationModel

/// A certificate that is REVOKED and that this job did not issue: whether it is the authority's whose name it bears has to be verified
/// before a CRL says anything of it.
package struct ImportedRevocation: Sendable {
    package let certificate: RevocableCertificate
    package let revokedAt: Timestamp
    /// Whether an import brought the revocation and no run has carried it out.
    package let isPending: Bool
    /// Whether the certificate was known here with another status before.
    package let isChange: Bool
    /// Nil where nobody looked yet.
    package let signedBy: SignedBy?
    package let der: [UInt8]
}

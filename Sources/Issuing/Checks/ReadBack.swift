import PKI
import RotationModel

/// The last look at a certificate before it is recorded: it is read back, and held against what was ordered.
package struct ReadBack: Sendable {
    private let authority: String
    private let issuance: IssuanceCheck

    package init(
        of authority: String, certificate: Certificate, profile: CertificateProfile
    ) throws(RotationError) {
        self.authority = authority
        issuance = try IssuanceCheck(authority: certificate, profile: profile)
    }

    /// - Throws: ``RotationError/Code/cryptography`` that stops the run: whoever made one wrong certificate makes more of them.
    package func check(
        _ certificate: Certificate, is order: CertificateOrder, for device: DeviceID, verifyingSignature: Bool
    ) throws(RotationError) -> CheckedCertificate {
        let differences = issuance.differences(of: certificate, from: order, verifyingSignature: verifyingSignature)
        guard !differences.isEmpty else { return CheckedCertificate(certificate) }
        throw RotationError(
            .cryptography, "the certificate made is not what was ordered: \(differences.joined(separator: "; "))",
            at: "authority \(authority), device \(device)",
            advice: "nothing of its batch was recorded or published; find out why before the next run")
    }
}

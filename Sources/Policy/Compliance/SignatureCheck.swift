import RotationModel

extension ComplianceCheck {
    static let signature = ComplianceCheck(
        "signature", "The signature is weaker than SHA-256, or not the profile's.",
        basis: .kind,
        finds: { certificate, profile, _, _ in
            certificate.isSignatureWeak || certificate.signature != profile.signature
        },
        tell: { certificate, profile, _, _, wording in
            certificate.isSignatureWeak
                ? Reason(.weakSignature, in: wording, "the signature (\(certificate.signature)) is weaker than SHA-256")
                : Reason(
                    .weakSignature, in: wording,
                    "the signature (\(certificate.signature)) is not that of profile \(profile.name) (\(profile.signature))"
                )
        })
}

import RotationModel

extension ComplianceCheck {
    static let issuer = ComplianceCheck(
        "issuer", "The issuer is not the profile's authority.",
        basis: .kind,
        finds: { certificate, profile, _, _ in
            // Outside a workspace nobody knows the authorities' names.
            guard let subject = profile.authoritySubject else { return false }
            return !subject.isSame(as: certificate.issuer)
        },
        tell: { certificate, profile, _, _, wording in
            Reason(
                .issuer, in: wording,
                "\(certificate.isSelfSigned ? "self-signed" : "issued") by \(certificate.issuer), not by \(profile.authority) (\(profile.authoritySubject?.description ?? ""))"
            )
        })
}

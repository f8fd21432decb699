import RotationModel

extension ComplianceCheck {
    static let malformed = ComplianceCheck(
        "malformed", "The certificate is not as RFC 5280 wants it, as an import found it.",
        basis: .malformation,
        finds: { certificate, _, _, _ in certificate.malformed != nil },
        tell: { certificate, _, _, _, wording in
            Reason(
                .malformed, in: wording,
                "the certificate is not as RFC 5280 wants it: \(certificate.malformed ?? "")")
        })
}

import RotationModel

extension ComplianceCheck {
    static let authority = ComplianceCheck(
        "authority", "The authority that signed it retires, ends before it does, or was revoked.",
        basis: .authority,
        finds: { certificate, _, _, _ in certificate.authorityEnd != nil },
        tell: { certificate, _, _, _, wording in
            switch certificate.authorityEnd {
            case .expires(let name, let time):
                Reason(
                    .authorityRetiring, in: wording,
                    "its authority \(name) ends on \(time), before the certificate does (\(certificate.notAfter))")
            case .retires(let name, let time):
                Reason(
                    .authorityRetiring, in: wording,
                    "its authority \(name) retires on \(time), before the certificate ends (\(certificate.notAfter))")
            case .revoked(let name, let time):
                Reason(
                    .authorityRevoked, in: wording,
                    "its authority \(name) was revoked on \(time): nothing that it signed is trusted")
            case nil: preconditionFailure("an authority's end is told only where it was found")
            }
        })
}

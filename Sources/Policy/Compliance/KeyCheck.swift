import RotationModel

extension ComplianceCheck {
    static let key = ComplianceCheck(
        "key", "The key is not among the profile's, or is known to be weak.",
        basis: .kind,
        finds: { certificate, profile, _, _ in
            certificate.keyWeakness != nil || !profile.allows(certificate.key)
        },
        tell: { certificate, profile, _, _, wording in
            if let weakness = certificate.keyWeakness {
                return Reason(.weakKey, in: wording, "the key (\(certificate.keyName)) is weak: \(weakness)")
            }
            let taken = profile.keys.map(\.description).joined(separator: ", ")
            return Reason(
                .weakKey, in: wording,
                "the key (\(certificate.keyName)) is not one that profile \(profile.name) takes (\(taken))")
        })
}

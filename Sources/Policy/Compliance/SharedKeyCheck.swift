import RotationModel

extension ComplianceCheck {
    static let sharedKey = ComplianceCheck(
        "sharedKey", "Another device's certificate has the same key.",
        basis: .sharing,
        finds: { certificate, _, _, _ in certificate.isKeyShared },
        tell: { certificate, _, _, _, wording in
            let other = certificate.sharedWith.map { "device \($0)" } ?? "another device"
            return Reason(.sharedKey, in: wording, "\(other) has a certificate with the same key")
        })
}

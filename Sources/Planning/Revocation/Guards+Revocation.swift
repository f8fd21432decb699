import Fleet
import RotationModel

extension Guards {
    /// Why an order cannot be carried out in one run, or nil.
    package static func broken(byRevoking preview: ManualRevocation.Preview, limits: RunLimits) -> BrokenGuard? {
        broken(
            revoking: Set(
                preview.reached.lazy.filter { $0.certificate.status == .active }.map(\.certificate.fingerprint)
            ).count,
            of: preview.activeCertificates, limit: limits.revoke)
    }
}

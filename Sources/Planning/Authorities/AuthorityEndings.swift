import Fleet
import Policy
import RotationModel

/// Which certificates outlast the authority that signed them, worked out once for each issuer.
struct AuthorityEndings {
    private let byIssuer: [Int64: AuthorityEnd]

    init(_ authorities: KnownAuthorities, _ snapshot: any FleetView, at: Timestamp) throws {
        var byIssuer: [Int64: AuthorityEnd] = [:]
        for (row, name) in try snapshot.issuerNames() {
            if let end = authorities.ending(issuer: name, at: at) { byIssuer[row] = end }
        }
        self.byIssuer = byIssuer
    }

    /// What is wrong with an authority, whatever certificates live to see of it; by the row of its name.
    func end(ofIssuer issuer: Int64) -> AuthorityEnd? { byIssuer[issuer] }

    /// What is wrong with the authority that signed it, as far as the certificate lives to see it.
    func end(for certificate: PlanningCertificate) -> AuthorityEnd? {
        guard let end = byIssuer[certificate.issuer] else { return nil }
        switch end {
        case .revoked: return end
        case .expires(_, let time), .retires(_, let time): return certificate.notAfter > time ? end : nil
        }
    }
}

import RotationModel

/// Tells who signed certificates, by the keys of the authorities whose name they bear. Not for several threads: each makes its own.
///
/// Names are compared as RFC 5280 (7.1) wants it, so that neither a forger passes by another spelling nor a real certificate is missed. One
/// name may belong to several keys, as it does when an authority has changed its key: each is tried.
package final class IssuerVerifier {
    private struct Issuer {
        var verifiers: [KeyVerifier] = []
        /// Whether a certificate under this name has to be this authority's. A name that only stands above an authority may have had keys
        /// that nobody here knows.
        var isClaimed = false
    }

    private var issuers: [CanonicalName: Issuer] = [:]
    /// By the name's bytes: a fleet has few issuers, and spelling each name out takes longer than reading a certificate.
    private var canonical: [DistinguishedName: CanonicalName] = [:]

    /// - Parameters:
    ///   - authorities: nothing under their names is taken that their keys did not sign.
    ///   - above: certificates of authorities above them, and earlier ones of the same names.
    package init(authorities: [Certificate], above: [Certificate]) {
        for certificate in authorities + above {
            guard let verifier = try? KeyVerifier(certificate.publicKey) else { continue }
            issuers[CanonicalName(certificate.subject), default: Issuer()].verifiers.append(verifier)
        }
        for certificate in authorities {
            issuers[CanonicalName(certificate.subject), default: Issuer()].isClaimed = true
        }
    }

    package func signer(of certificate: Certificate) -> SignedBy {
        let name = canonicalName(certificate.issuer)
        if let issuer = issuers[name] {
            if issuer.verifiers.contains(where: { (try? certificate.isSigned(by: $0)) ?? false }) { return .authority }
            if issuer.isClaimed { return .forged }
        }
        let isOwn = certificate.issuer == certificate.subject
        return isOwn && (try? certificate.isSigned(by: certificate.publicKey)) == true ? .itself : .foreign
    }

    private func canonicalName(_ name: DistinguishedName) -> CanonicalName {
        if let known = canonical[name] { return known }
        if canonical.count >= 1000 { canonical.removeAll(keepingCapacity: true) }
        let found = CanonicalName(name)
        canonical[name] = found
        return found
    }
}

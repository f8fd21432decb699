import Fleet
import RotationModel

/// Revocations that came in by an import: the registry says REVOKED, and no run has told verifiers.
///
/// A run carries them out as it does any others: they count in its plan and in `limits.revoke`, and appear in its report. Where the
/// certificate was known with another status, that is a row of the plan; what came in as REVOKED is history, and counted. Only what an
/// authority's own key signed is its: whoever writes a certificate under an authority's name with a serial number of his choice could put
/// another device on its CRL.
package struct ImportedRevocations {
    /// What the next run carries out, one a claim, where the registry has changed its mind about a certificate that was known.
    private(set) var changed: [Due] = []
    /// And where it came in as REVOKED.
    private(set) var brought: [Due] = []
    /// Certificates that bear an authority's name and are not its, by the authority's name in rotation.yaml.
    package private(set) var forged: [String: [RevocableCertificate]] = [:]
    /// What was found out about who signed certificates, for the inventory.
    package private(set) var signers: [(certificate: Int64, signedBy: SignedBy)] = []
    /// Authorities whose lists have had what is not theirs.
    package private(set) var corrected: Set<String> = []

    struct Due {
        let certificate: RevocableCertificate
        let revokedAt: Timestamp
        let authority: String
    }

    /// - Parameters:
    ///   - authorities: their names in rotation.yaml.
    ///   - at: what has expired by then authenticates nobody, and stands on no list.
    package static func find(
        in snapshot: any FleetView, of authorities: [String], _ recognition: any IssuerRecognition, at: Timestamp
    ) throws -> ImportedRevocations {
        var found = ImportedRevocations()
        guard !authorities.isEmpty else { return found }
        let names = try snapshot.issuerNames().map(\.name)
        let signer = recognition.signerSearch()
        var seen: Set<String> = []
        for name in authorities {
            // An authority that has changed its key has its name twice.
            let issuers = recognition.spellings(of: name, among: names).filter { seen.insert($0).inserted }
            try snapshot.forEachImportedRevocation(issuers: issuers) { found.take($0, of: name, signer, at: at) }
        }
        return found
    }

    private mutating func take(
        _ item: ImportedRevocation, of authority: String, _ signer: ([UInt8]) -> SignedBy?, at: Timestamp
    ) {
        var signedBy = item.signedBy
        if signedBy != .authority {
            signedBy = signer(item.der)
            if let signedBy, signedBy != item.signedBy { signers.append((item.certificate.row, signedBy)) }
        }
        guard signedBy == .authority else {
            forged[authority, default: []].append(item.certificate)
            if !item.isPending, item.signedBy != .forged { corrected.insert(authority) }
            return
        }
        guard item.isPending, at <= item.certificate.notAfter else { return }
        let due = Due(certificate: item.certificate, revokedAt: item.revokedAt, authority: authority)
        if item.isChange { changed.append(due) } else { brought.append(due) }
    }
}

extension ImportedRevocations.Due {
    var reason: Reason {
        Reason(
            .revoked, "an import of \(revokedAt) brought it as REVOKED: it goes on the CRL of authority \(authority)")
    }
}

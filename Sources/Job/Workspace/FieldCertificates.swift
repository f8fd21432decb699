import Fleet
import Issuing
import PKI
import RotationModel

/// Reads the certificates of an import, and verifies each that bears an authority's name. For any number of threads.
struct FieldCertificates: Sendable {
    let authorities: AuthorityDirectory
    let keys: PrivateKeysInImport

    func read(_ texts: [[UInt8]]) -> [Result<CertificateColumns, RotationError>] {
        let verifier = authorities.verifier
        // A fleet has few issuers, and writing a name out takes longer than finding it.
        var issuers: [DistinguishedName: String] = [:]
        func issuer(_ name: DistinguishedName) -> String {
            if let known = issuers[name] { return known }
            let text = name.text
            issuers[name] = text
            return text
        }
        return texts.map { text in
            do throws(RotationError) {
                let certificate = try Certificate(inFieldReading: text)
                keys.look(at: text, beside: certificate.fingerprint)
                return .success(
                    CertificateColumns(
                        certificate, issuer: issuer(certificate.issuer), signedBy: verifier.signer(of: certificate)))
            } catch {
                return .failure(error)
            }
        }
    }
}

import PKI
import Planning
import RotationModel

extension AuthorityDirectory: IssuerRecognition {
    package func spellings(of authority: String, among names: [String]) -> [String] {
        self[authority]?.spellings(among: names) ?? []
    }

    package func issuers(meantBy text: String, among names: [String]) -> [String] {
        IssuerSearch(text).names(among: names)
    }

    package func signerSearch() -> (_ der: [UInt8]) -> SignedBy? {
        let verifier = verifier
        return { der in (try? Certificate(inField: der)).map(verifier.signer) ?? .forged }
    }

    /// Knows the keys of all authorities and of those above them. One a thread.
    package var verifier: IssuerVerifier {
        let entries = names.compactMap { self[$0] }
        return IssuerVerifier(authorities: entries.map(\.certificate), above: entries.flatMap(\.chain))
    }
}

extension AuthorityDirectory.Entry {
    /// See ``IssuerRecognition/spellings(of:among:)``.
    package func spellings(among names: [String]) -> [String] {
        let own = CanonicalName(certificate.subject)
        return names.filter { CanonicalName(text: $0) == own }
    }
}

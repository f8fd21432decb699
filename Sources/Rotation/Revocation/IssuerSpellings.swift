import Fleet
import PKI

extension AuthorityDirectory.Entry {
    /// The authority's name as the certificates that it issued spell it: names are compared as RFC 5280 (7.1) has it, and the inventory
    /// keeps each as it came.
    ///
    /// - Parameter names: the issuers' names of the inventory.
    func spellings(among names: [String]) -> [String] {
        let own = CanonicalName(certificate.subject)
        return names.filter { CanonicalName(text: $0) == own }
    }
}

extension Inventory {
    /// The issuers' names of all certificates.
    func issuerNames() throws -> [String] { try planningSnapshot { try $0.issuerNames().map(\.name) } }
}

import Fleet

extension Inventory {
    /// The issuers' names of all certificates.
    func issuerNames() throws -> [String] { try planningSnapshot { try $0.issuerNames().map(\.name) } }
}

import Fleet

extension FleetStore {
    /// The issuers' names of all certificates.
    func issuerNames() throws -> [String] { try planningSnapshot { try $0.issuerNames().map(\.name) } }
}

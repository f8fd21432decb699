import Fleet
import Issuing
import PKI
import RotationModel

/// What external issuers have to hear of: this job revokes their certificates in the inventory, and cannot put them on their CRLs.
///
/// Made before the stage that revokes, so that it knows afterwards what is new.
struct ExternalRevocations {
    private let inventory: any FleetStore
    private let before: [(name: String, issuers: [String], last: Int64)]

    init(inventory: any FleetStore, authorities: AuthorityDirectory) throws {
        self.inventory = inventory
        let names = try inventory.issuerNames()
        before = try authorities.names.compactMap { authorities[$0] }.filter { $0.configuration.issuer != nil }.map {
            let issuers = $0.spellings(among: names)
            return ($0.configuration.name, issuers, try inventory.lastRevocation(issuers: issuers))
        }
    }

    /// A sentence for each authority with certificates that were revoked since.
    func troubles() throws -> [String] {
        try before.compactMap { name, issuers, last in
            var serials: [String] = []
            try inventory.forEachRevoked(issuers: issuers, after: last) { serials.append($0.serialNumber.hex) }
            guard !serials.isEmpty else { return nil }
            let count = serials.count == 1 ? "1 certificate" : "\(serials.count) certificates"
            return
                "\(count) of authority \(name) revoked here, which its own CRL does not know of: have the authority revoke the serial number\(serials.count == 1 ? "" : "s") \(ExternalRevocations.shown(serials))"
        }
    }

    private static func shown(_ serials: [String]) -> String {
        let most = 10
        return serials.prefix(most).joined(separator: ", ")
            + (serials.count > most
                ? " and \(serials.count - most) more (`rotation-job inventory list --status REVOKED`)" : "")
    }
}

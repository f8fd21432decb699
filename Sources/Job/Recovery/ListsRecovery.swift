import Delivery
import Fleet
import Issuing
import PKI
import RotationModel

/// Takes over the numbers and entries of the published CRLs.
struct ListsRecovery {
    let run: RunContext
    let tree: DeliveryInspection
    let authorities: AuthorityDirectory

    func perform(_ report: inout RecoveryReport) throws {
        guard let listing = try tree.listing(["crl"]) else { return }
        let issuers = try run.inventory.issuerNames()
        for name in authorities.names {
            guard let entry = authorities[name], entry.configuration.issuer == nil else { continue }
            var entries: [PublishedRevocation] = []
            for file in listing.files where isList(file, of: entry.configuration) {
                guard let list = try read(file, of: entry, &report) else { continue }
                entries += list.entries.map {
                    PublishedRevocation(serialNumber: $0.serialNumber, revokedAt: $0.revokedAt, reason: $0.reason)
                }
                try takeNumber(of: list, file, entry, &report)
            }
            let spellings = entry.spellings(among: issuers)
            let taken = try run.inventory.recover(
                entries, issuers: spellings.isEmpty ? [entry.certificate.subject.text] : spellings,
                notAfter: entry.certificate.notAfter, run: run.id, at: run.at)
            report.entries.revoked += taken.revoked
            report.entries.corrected += taken.corrected
            report.entries.refusedKeys += taken.refusedKeys
            report.entries.unknown += taken.unknown
        }
        if report.entries.unknown > 0 {
            report.add(
                unknown:
                    "\(report.entries.unknown) revoked serial numbers are of no certificate that the inventory has: they stay on the CRLs; which devices they were is not known"
            )
        }
    }

    private func isList(_ file: String, of authority: AuthorityConfiguration) -> Bool {
        file == authority.crlFileName(shard: nil) || authority.shardCount(in: file) != nil
    }

    /// Nil where it is not to be believed.
    private func read(
        _ file: String, of entry: AuthorityDirectory.Entry, _ report: inout RecoveryReport
    ) throws -> RevocationList? {
        guard case .file(let bytes, _) = tree.file(["crl"], file, limit: RevocationList.largest),
            let list = try? RevocationList(reading: bytes), try list.isSigned(by: entry.certificate.publicKey)
        else {
            report.add(unknown: "\(file) is not believed: it cannot be read, or its authority did not sign it")
            return nil
        }
        return list
    }

    private func takeNumber(
        of list: RevocationList, _ file: String, _ entry: AuthorityDirectory.Entry, _ report: inout RecoveryReport
    ) throws {
        guard let number = list.number, number > (try run.inventory.crlState(file)?.number ?? 0) else { return }
        try run.inventory.recoverCRL(
            file, authority: entry.configuration.name, number: number, thisUpdate: list.thisUpdate,
            nextUpdate: list.nextUpdate ?? list.thisUpdate)
        report.lists.append((file, number))
    }
}

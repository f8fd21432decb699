import Delivery
import Fleet
import Issuing
import PKI
import RotationModel

/// That the inventory is older than what was published from it, or another: a backup that was restored, a log (`-wal`) that was lost.
package enum RestoredPast: Sendable, Equatable {
    /// Published was what followed this entry of the audit, and the inventory's ends before.
    case older(published: Int64, last: Int64)
    /// The inventory's audit has another entry in that place.
    case forked(published: Int64)
    /// A CRL has a greater number than was ever recorded.
    case list(String, published: UInt64, recorded: UInt64)
    /// A manifest has a greater sequence than was ever recorded for its device, or was issued later under the same one.
    case manifest(DeviceID, published: Int, recorded: Int)

    /// Looks for it. Costs one small file and one row, and where the tree has lost its mark each authority's CRL.
    ///
    /// - Returns: nil where the inventory is as new as what was published.
    static func find(_ inventory: any FleetStore, _ workspace: Workspace) throws -> RestoredPast? {
        // The mark first: a run that works raises it to what the inventory has by then.
        guard case .mark(let mark) = workspace.delivery.highWaterMark() else {
            return try newerList(inventory, workspace)
        }
        guard mark.entries > 0 else { return nil }
        guard let hash = try inventory.auditHash(ofEntry: mark.entries) else {
            return .older(published: mark.entries, last: try inventory.auditAnchor().entries)
        }
        return hash == mark.hash ? nil : .forked(published: mark.entries)
    }

    private static func newerList(_ inventory: any FleetStore, _ workspace: Workspace) throws -> RestoredPast? {
        for authority in workspace.configuration.authorities where authority.issuer == nil {
            let file = authority.crlFileName(shard: nil)
            guard let bytes = try? workspace.delivery.revocationList(file),
                let published = try? RevocationList(reading: bytes).number
            else { continue }
            let recorded = try inventory.crlState(file)?.number ?? 0
            if published > recorded { return .list(file, published: published, recorded: recorded) }
        }
        return nil
    }

    /// What was found, in a sentence without a full stop.
    package var sentence: String {
        switch self {
        case .older(let published, let last):
            "the inventory is older than what was published from it: its audit ends with entry \(last), and delivery/ was published after entry \(published)"
        case .forked(let published):
            "the inventory is not the one that delivery/ was published from: entry \(published) of its audit is another"
        case .list(let file, let published, let recorded):
            "the inventory is older than what was published from it: \(file) has number \(published), and \(recorded) is recorded"
        case .manifest(let device, let published, let recorded):
            "the inventory is older than what was published from it: manifest \(published) of device \(device) lies there, and \(recorded) is recorded"
        }
    }

    package static let advice =
        "put the newer inventory back, with its -wal; where there is none, `rotation-job recover --from-delivery` brings this one forward"

    func refusal(at place: String) -> RotationError {
        RotationError(.guarded, sentence, at: place, advice: "nothing was done; " + RestoredPast.advice)
    }
}

extension Workspace {
    /// Opens the inventory for who changes it.
    ///
    /// - Throws: ``RotationError/Code/guarded`` where it is older than what was published from it: what is decided on it could give a stolen
    ///   certificate back, and sequences and numbers out twice.
    func openForChange() throws -> any FleetStore {
        let inventory = try openInventory(.readWrite)
        if let past = try RestoredPast.find(inventory, self) { throw past.refusal(at: configuration.inventory.text) }
        return inventory
    }

    /// Opens the inventory for who answers devices by it, and sees what was committed last.
    ///
    /// - Throws: as ``openForChange()``: a certificate that was revoked since would be let in.
    package func openForDevices() throws -> any FleetStore {
        let inventory = try openInventory(.live)
        if let past = try RestoredPast.find(inventory, self) { throw past.refusal(at: configuration.inventory.text) }
        return inventory
    }

    /// Whether the inventory is older than what was published; nil where it is not.
    package func restoredPast() throws -> RestoredPast? { try RestoredPast.find(openInventory(.readOnly), self) }
}

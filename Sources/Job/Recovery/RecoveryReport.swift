import Fleet
import RotationModel

/// What `recover --from-delivery` brought forward, and what nobody can know from what was published.
package struct RecoveryReport: Sendable {
    /// Why it was needed; nil where the inventory was as new as what was published, and nothing was done.
    package var past: RestoredPast?
    /// Manifests that were read, and those of them that were newer than the inventory.
    package var manifests = 0
    package var newer = 0
    /// Certificates that were handed out and are on record again.
    package var certificates = 0
    /// Devices that are asked for their CSR again.
    package var asked = 0
    package var entries = RecoveredEntries()
    /// CRLs whose number was brought forward.
    package var lists: [(file: String, number: UInt64)] = []
    /// What cannot be known, or is not believed: a sentence each, the first of each kind.
    package private(set) var unknown: [String] = []
    /// How many more of them there are.
    package private(set) var untold = 0

    /// So many are told one by one.
    private static let most = 200

    mutating func add(unknown sentence: String) {
        if unknown.count < RecoveryReport.most { unknown.append(sentence) } else { untold += 1 }
    }
}

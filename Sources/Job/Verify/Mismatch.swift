import Fleet
import RotationModel

/// Something that does not say what something else says: one line of `verify`.
package struct Mismatch: Sendable, Equatable {
    /// The kind, for programs: words joined by dashes, the first of which says what it is about. Kept as they are.
    package let code: String
    /// A path, a device, a table: where to look.
    package let place: String
    /// What was found, in a sentence without a full stop.
    package let what: String
    /// What to do about it.
    package let remedy: String
    /// What `--repair` does about it; nil where it takes a person.
    package let repair: Repair?

    /// What can be mended without touching a fact: from the records, or by taking away what nobody reads.
    package enum Repair: Sendable, Equatable {
        /// The device's manifest is published again, by its device's row.
        case manifest(device: Int64)
        /// `keys.json` and the authorities' chains are published again.
        case foundations
        /// The CRL of this file name is signed anew, under the next number.
        case list(String)
        /// A temporary file is removed.
        case remove(path: String)
        /// A file or folder gets the mode that it is published with.
        case mode(path: String, UInt32)
    }

    init(_ code: String, at place: String, _ what: String, remedy: String, repair: Repair? = nil) {
        (self.code, self.place, self.what, self.remedy, self.repair) = (code, place, what, remedy, repair)
    }
}

extension Mismatch {
    /// What to say where `--repair` mends it.
    static let repairing = "`rotation-job verify --repair` publishes it again"
    /// What to say where the registry itself is damaged: nobody but a backup knows better.
    static let restoring =
        "restore a backup of the inventory, then `rotation-job recover --from-delivery`; docs/operations.md says how"
    /// What to say where something published is newer than the registry.
    static let recovering =
        "the inventory is older than what was published: `rotation-job recover --from-delivery` brings it forward"
    /// What to say where a run died.
    static let running = "a run did not end: start `rotation-job run`, which takes its work over"
}

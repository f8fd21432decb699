import Basics
import RotationModel

/// How far the audit of the inventory was from which the tree was published: an inventory whose audit does not have this entry is an older
/// one that was restored, or another.
///
/// It is not signed. It makes a run stop, and nothing else: what is believed of the tree is what is signed in it. Who may write the tree can stop
/// the job in many ways.
package struct HighWaterMark: Sendable, Hashable {
    /// The number of the entry.
    package let entries: Int64
    /// Its hash, which covers all before it.
    package let hash: SHA256Digest
    /// How many times the inventory had been brought forward from a tree.
    package let epoch: Int

    package init(entries: Int64, hash: SHA256Digest, epoch: Int) {
        (self.entries, self.hash, self.epoch) = (entries, hash, epoch)
    }

    /// Its name in the tree.
    package static let file = "high-water.json"
    /// The most bytes that are read.
    static let largest = 4096

    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("epoch", epoch)
            json.member("entries", Int(entries))
            json.member("hash", hash.hex)
        }
        json.newline()
        return json.bytes
    }

    /// - Throws: ``RotationError/Code/badInput`` where it is not what ``json`` writes.
    init(reading bytes: [UInt8]) throws(RotationError) {
        guard case .object(let members) = try JSONValue(parsing: bytes), case .number("1")? = members["version"],
            case .number(let entries)? = members["entries"], let entries = Int64(entries), entries >= 0,
            case .string(let hash)? = members["hash"], let hash = SHA256Digest(hex: hash),
            case .number(let epoch)? = members["epoch"], let epoch = Int(epoch)
        else { throw RotationError(.badInput, "it is no high-water mark of this version") }
        self.init(entries: entries, hash: hash, epoch: epoch)
    }
}

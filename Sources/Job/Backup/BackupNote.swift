import Basics
import PKI
import RotationModel
import System

/// What lies beside a backup, as `FILE.json`: its digest, and how far the audit in it goes.
package struct BackupNote: Sendable, Equatable {
    /// By the wall clock.
    package let made: Timestamp
    /// In bytes.
    package let size: Int64
    /// Of the file.
    package let sha256: SHA256Digest
    /// The high-water mark: the number and the hash of the audit's newest entry.
    package let entries: Int64
    package let hash: SHA256Digest

    package static func path(beside backup: String) -> String { backup + ".json" }

    /// The most bytes that are read.
    static let largest = 4096

    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", 1)
            json.member("made", made.rfc3339)
            json.member("size", Int(size))
            json.member("sha256", sha256.hex)
            json.key("audit")
            json.object { json in
                json.member("entries", Int(entries))
                json.member("hash", hash.hex)
            }
        }
        json.newline()
        return json.bytes
    }

    init(made: Timestamp, size: Int64, sha256: SHA256Digest, entries: Int64, hash: SHA256Digest) {
        (self.made, self.size, self.sha256, self.entries, self.hash) = (made, size, sha256, entries, hash)
    }

    /// - Throws: ``RotationError/Code/badInput`` where it is not what ``json`` writes.
    init(reading bytes: [UInt8], at place: String) throws(RotationError) {
        guard case .object(let members) = try JSONValue(parsing: bytes), case .string(let made)? = members["made"],
            let made = Timestamp(rfc3339: made), case .number(let size)? = members["size"], let size = Int64(size),
            case .string(let sha256)? = members["sha256"], let sha256 = SHA256Digest(hex: sha256),
            case .object(let audit)? = members["audit"], case .number(let entries)? = audit["entries"],
            let entries = Int64(entries), case .string(let hash)? = audit["hash"], let hash = SHA256Digest(hex: hash)
        else { throw RotationError(.badInput, "it is not the note of a backup", at: place) }
        self.init(made: made, size: size, sha256: sha256, entries: entries, hash: hash)
    }
}

/// The digest of a file, and its length, read piece by piece.
enum FileDigest {
    private static let piece = 1 << 20

    static func of(_ path: String) throws(RotationError) -> (sha256: SHA256Digest, size: Int64) {
        let stream = SHA256Stream()
        var size: Int64 = 0
        do throws(SystemError) {
            let file = try OpenFile(reading: path)
            while true {
                let bytes = try file.bytes(atMost: piece)
                if bytes.isEmpty { break }
                stream.add(bytes)
                size += Int64(bytes.count)
            }
        } catch {
            throw RotationError(error.isDenied ? .permission : .io, "cannot read it: \(error)", at: path)
        }
        return (try stream.digest(), size)
    }
}

import Basics
import RotationModel

/// Who spoke to the gate: certificates that were let in with a complete request, and when each was last.
package struct SeenNote: Sendable, Equatable {
    package let seen: [Fingerprint: Timestamp]

    package init(_ seen: [Fingerprint: Timestamp]) { self.seen = seen }

    /// The most certificates of one note.
    package static let most = 20_000

    /// The most bytes of a note's file.
    static let largestFile = 4 << 20

    /// One object, the certificates in the order of their bytes.
    package var json: [UInt8] {
        var json = JSONWriter(reservingCapacity: seen.count * 96 + 64)
        json.object { json in
            json.member("version", 1)
            json.key("seen")
            json.object { json in
                let byBytes = seen.map { (hex: $0.key.hex, at: $0.value) }.sorted { $0.hex < $1.hex }
                for (hex, at) in byBytes { json.member(hex, at.rfc3339) }
            }
        }
        json.newline()
        return json.bytes
    }

    /// - Throws: ``RotationError/Code/badInput`` where the file is anything but `{"version":1,"seen":{FINGERPRINT:TIME,…}}` with at most
    ///   ``most`` certificates.
    package init(reading file: [UInt8]) throws(RotationError) {
        let value: JSONValue
        do {
            value = try JSONValue(reading: file, limits: JSONLimits(depth: 3, size: SeenNote.largestFile))
        } catch {
            throw RotationError(.badInput, "it is no note of who was seen: \(error)")
        }
        guard case .object(let members) = value, members.count == 2, case .number("1")? = members["version"],
            case .object(let entries)? = members["seen"], entries.count <= SeenNote.most
        else {
            throw RotationError(
                .badInput, "it is no note of who was seen", advice: "such a note is {\"version\":1,\"seen\":{…}}")
        }
        var seen: [Fingerprint: Timestamp] = [:]
        for (name, value) in entries {
            guard let fingerprint = Fingerprint(hex: name), case .string(let text) = value,
                let at = Timestamp(rfc3339: text)
            else {
                throw RotationError(
                    .badInput, "it is no note of who was seen: \(Printable.text(name.prefix(80))) has no time")
            }
            seen[fingerprint] = max(at, seen[fingerprint] ?? at)
        }
        self.seen = seen
    }
}

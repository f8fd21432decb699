import Basics
import PKI
import RotationModel

/// The members of what a device signed. A member that is missing or of another kind is named for what it is: two device developers of
/// three write a number as a text first.
struct StatementPayload<Fault: StatementFault>: Sendable {
    typealias Refusal = InboxRefusal<Fault>

    private let members: FlatJSON

    init(reading bytes: [UInt8], largest: Int) throws(Refusal) {
        do {
            members = try FlatJSON(parsing: bytes, largest: largest)
        } catch {
            throw Refusal(.malformed, "the payload cannot be read: \(error)")
        }
    }

    /// - Parameter like: what the text is, for messages.
    func text(_ name: String, like: String) throws(Refusal) -> String {
        guard let text = members.string(name) else { throw mistake(name, "a text: \(like)") }
        return text
    }

    func number(_ name: String) throws(Refusal) -> Int {
        guard let number = members.integer(name) else { throw mistake(name, "a number, as in \"\(name)\": 3") }
        return number
    }

    func time(_ name: String) throws(Refusal) -> Timestamp {
        let like = "RFC 3339, as in 2026-12-01T00:00:00Z"
        let text = try text(name, like: like)
        guard let time = Timestamp(rfc3339: text) else {
            throw Refusal(.malformed, "\(name) is \"\(Printable.text(text.prefix(40)))\"; it should be \(like)")
        }
        return time
    }

    /// Bytes in base64url.
    func bytes(_ name: String, like: String) throws(Refusal) -> [UInt8] {
        let text = try text(name, like: like)
        guard let bytes = Base64URL.decode(Array(text.utf8)[...]) else {
            throw Refusal(.malformed, "\(name) is no base64url without padding (RFC 7515, 2); it should be \(like)")
        }
        return bytes
    }

    /// 64 hexadecimal digits.
    func digest(_ name: String) throws(Refusal) -> SHA256Digest {
        let like = "the 64 hexadecimal digits of a SHA-256"
        let text = try text(name, like: like)
        if let digest = SHA256Digest(hex: text) { return digest }
        if SHA256Digest(hex: text.replacing(":", with: "")) != nil {
            throw Refusal(.malformed, "\(name) is written with colons; it should be \(like) alone")
        }
        let shown = Printable.text(text.prefix(80))
        throw Refusal(.malformed, "\(name) is \"\(shown)\" (\(text.count) characters); it should be \(like)")
    }

    private func mistake(_ name: String, _ wanted: String) -> Refusal {
        guard let kind = members.kind(of: name) else {
            return Refusal(.malformed, "the payload has no member \(name); it should be \(wanted)")
        }
        return Refusal(.malformed, "\(name) is \(kind.rawValue); it should be \(wanted)")
    }
}

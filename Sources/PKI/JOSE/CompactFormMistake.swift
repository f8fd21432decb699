import Basics

/// Names what keeps bytes from being a compact JWS (RFC 7515, 7.1): what device developers get wrong first. Looked for only in what was
/// refused already.
enum CompactFormMistake {
    /// A sentence without a full stop.
    static func describe(_ bytes: ArraySlice<UInt8>) -> String {
        wrapping(of: bytes) ?? blank(in: bytes) ?? parts(of: bytes)
            ?? "no compact JWS: it has three parts, joined by dots (RFC 7515, 7.1)"
    }

    // MARK: What stands around it

    private static func wrapping(of bytes: ArraySlice<UInt8>) -> String? {
        if bytes.isEmpty { return "there is nothing in it, where a compact JWS is wanted" }
        for (mark, name) in marks where bytes.starts(with: mark) { return name }
        switch bytes.first(where: { !isBlank($0) }) {
        case UInt8(ascii: "{"):
            return "it is JSON (RFC 7515, 7.2); hand in the compact form: header, payload and signature, joined by dots"
        case UInt8(ascii: "\""): return "it stands in quotes; hand in the JWS alone"
        default: return bytes.starts(with: Array("-----BEGIN".utf8)) ? "it is PEM, where a compact JWS is wanted" : nil
        }
    }

    private static let marks: [(mark: [UInt8], name: String)] = [
        ([0xEF, 0xBB, 0xBF], "a byte-order mark stands before the JWS; write it as plain ASCII"),
        ([0xFF, 0xFE], "it is UTF-16; write it as plain ASCII"),
        ([0xFE, 0xFF], "it is UTF-16; write it as plain ASCII"),
    ]

    private static func blank(in bytes: ArraySlice<UInt8>) -> String? {
        guard let place = bytes.firstIndex(where: isBlank) else { return nil }
        let offset = place - bytes.startIndex + 1
        if bytes[place...].allSatisfy(isBlank) {
            return bytes[place] == UInt8(ascii: "\r")
                ? "a carriage return (CRLF) stands behind the JWS; end it with a line feed alone, or with nothing"
                : "white space stands behind the JWS (byte \(offset)); end it with one line feed, or with nothing"
        }
        if offset == 1 { return "white space stands before the JWS" }
        return isLineEnd(bytes[place])
            ? "a line ends within the JWS (byte \(offset)); write it on one line"
            : "white space stands within the JWS (byte \(offset))"
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n") }
    private static func isBlank(_ byte: UInt8) -> Bool {
        isLineEnd(byte) || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    // MARK: Its parts

    private static func parts(of bytes: ArraySlice<UInt8>) -> String? {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 5, omittingEmptySubsequences: false)
        switch parts.count {
        case 3: break
        case 5: return "it has five parts, as an encrypted JWE has; a compact JWS has three (RFC 7515, 7.1)"
        case 2: return "it has two parts; a compact JWS has three, the last of which is the signature (RFC 7515, 7.1)"
        default: return nil
        }
        for (part, name) in zip(parts, ["header", "payload", "signature"]) where Base64URL.decode(part) == nil {
            return base64Mistake(in: part, name)
        }
        return nil
    }

    private static func base64Mistake(in part: ArraySlice<UInt8>, _ name: String) -> String {
        if part.contains(UInt8(ascii: "+")) || part.contains(UInt8(ascii: "/")) {
            return "the \(name) is base64, with + or /; a JWS wants base64url, with - and _ (RFC 7515, 2)"
        }
        if part.contains(UInt8(ascii: "=")) {
            return "the \(name) is padded with =; a JWS wants base64url without padding (RFC 7515, 2)"
        }
        if let foreign = String(decoding: part, as: UTF8.self).first(where: { !isBase64URL($0) }) {
            return "the \(name) has the character \"\(Printable.text(String(foreign)))\", which base64url has not"
        }
        return "the \(name) is cut off, or not base64url: its last character carries bits that belong to no byte"
    }

    private static func isBase64URL(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-" || character == "_")
    }
}

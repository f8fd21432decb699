import Basics
import RotationModel

/// PEM (RFC 7468): labelled blocks of base64, with any text around them.
package enum PEM {
    /// One block, decoded.
    package struct Block: Equatable, Sendable {
        package let label: String
        package let der: [UInt8]
    }

    /// The most that is read at once: a bundle of some hundred certificates. Larger input is refused.
    package static let largest = 1024 * 1024

    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let privateKeyEnding = Array("PRIVATE KEY-----".utf8)
    private static let dashes = Array("-----".utf8)

    /// The block in lines of 64 characters, each ended by a line feed, the last one too.
    package static func encode(_ label: String, _ der: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(der.count * 4 / 3 + der.count / 48 + 2 * label.utf8.count + 48)
        text.append(contentsOf: begin)
        text.append(contentsOf: label.utf8)
        text.append(contentsOf: dashes)
        text.append(UInt8(ascii: "\n"))
        for start in stride(from: 0, to: der.count, by: 48) {
            Base64Alphabet.standard.append(der[start..<min(start + 48, der.count)], padded: true, to: &text)
            text.append(UInt8(ascii: "\n"))
        }
        text.append(contentsOf: end)
        text.append(contentsOf: label.utf8)
        text.append(contentsOf: dashes)
        text.append(UInt8(ascii: "\n"))
        return text
    }

    /// All blocks in their order. Text outside of them, a byte-order mark and CRLF line ends are fine.
    ///
    /// - Parameters:
    ///   - largest: The most bytes that are looked at.
    ///   - wanted: The labels of interest; blocks of others are named and not decoded. Nil for all.
    /// - Throws: ``RotationError/Code/badInput`` where a block is not closed, its labels differ, or it holds what is no
    ///   base64.
    package static func blocks(
        in text: [UInt8], largest: Int = PEM.largest, labelled wanted: Set<String>? = nil
    ) throws(RotationError) -> [Block] {
        guard text.count <= largest else {
            throw RotationError(
                .badInput, "the PEM text is \(text.count) bytes long", advice: "at most \(largest) are read")
        }
        var blocks: [Block] = []
        var position = 0
        while let start = text.firstRange(of: begin, from: position) {
            let labelStart = start + begin.count
            guard let labelEnd = text.firstRange(of: dashes, from: labelStart), labelEnd - labelStart <= 64,
                !text[labelStart..<labelEnd].contains(UInt8(ascii: "\n"))
            else { throw RotationError(.badInput, "a PEM block's BEGIN line is not complete") }
            let label = text[labelStart..<labelEnd]
            let bodyStart = labelEnd + dashes.count
            guard let bodyEnd = text.firstRange(of: end, from: bodyStart) else {
                throw RotationError(
                    .badInput, "the PEM block \(name(label)) has no END line", advice: "the file may be cut off")
            }
            let closing = bodyEnd + end.count
            guard text[closing...].starts(with: label), text[(closing + label.count)...].starts(with: dashes) else {
                throw RotationError(.badInput, "the PEM block \(name(label)) ends under another label")
            }
            // An encrypted key of old, or a block of PGP, has lines in it that are no base64.
            let isWanted = wanted?.contains(String(decoding: label, as: UTF8.self)) ?? true
            guard let der = isWanted ? Base64.decode(text[bodyStart..<bodyEnd]) : [] else {
                throw RotationError(.badInput, "the PEM block \(name(label)) is not valid base64")
            }
            blocks.append(Block(label: String(decoding: label, as: UTF8.self), der: der))
            position = closing + label.count + dashes.count
        }
        return blocks
    }

    /// Whether a block of the text is a private key, of whatever kind, encrypted or not.
    package static func holdsPrivateKey(_ text: [UInt8]) -> Bool {
        guard !looksLikeDER(text) else { return false }
        var position = 0
        while let start = text.firstRange(of: begin, from: position) {
            position = start + begin.count
            let line = text[position...].prefix(64).prefix { $0 != UInt8(ascii: "\n") }
            if line.contains(privateKeyEnding) { return true }
        }
        return false
    }

    /// Whether the bytes are DER rather than text: a SEQUENCE of a length that only a long form can tell, or that is right.
    static func looksLikeDER(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x30 && (bytes[1] >= 0x80 || bytes.count == 2 + Int(bytes[1]))
    }

    /// The labels of blocks that are certificates (RFC 7468, 5; the other one is OpenSSL's of old).
    static let certificateLabels: Set = ["CERTIFICATE", "X509 CERTIFICATE"]

    private static func name(_ label: ArraySlice<UInt8>) -> String {
        "\"\(String(decoding: label, as: UTF8.self))\""
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(_ pattern: [UInt8]) -> Bool {
        guard count >= pattern.count else { return false }
        return (startIndex...endIndex - pattern.count).contains { self[$0...].starts(with: pattern) }
    }
}

extension [UInt8] {
    /// Where `pattern` first occurs at or after `start`, or nil. The pattern must start with a dash, which base64 has not,
    /// so that a body is passed over at the speed of one comparison a byte.
    fileprivate func firstRange(of pattern: [UInt8], from start: Int) -> Int? {
        withUnsafeBufferPointer { bytes in
            pattern.withUnsafeBufferPointer { pattern in
                var at = start
                let last = bytes.count - pattern.count
                while at <= last {
                    if bytes[at] == pattern[0] {
                        var matched = 1
                        while matched < pattern.count, bytes[at + matched] == pattern[matched] { matched += 1 }
                        if matched == pattern.count { return at }
                    }
                    at += 1
                }
                return nil
            }
        }
    }
}

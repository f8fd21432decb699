/// Writes JSON (RFC 8259) with its members in the order given, so that the same facts are the same bytes.
///
/// A fleet's report or manifest tree is hundreds of thousands of small objects; this appends bytes and builds no tree.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init(reservingCapacity capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    /// Hands over what was written so far and goes on with an empty buffer, for output that streams.
    package mutating func drain() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: Containers

    package mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        openObject()
        try body(&self)
        closeObject()
    }

    package mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        openArray()
        try body(&self)
        closeArray()
    }

    package mutating func openObject() { open(UInt8(ascii: "{")) }
    package mutating func closeObject() { close(UInt8(ascii: "}")) }
    package mutating func openArray() { open(UInt8(ascii: "[")) }
    package mutating func closeArray() { close(UInt8(ascii: "]")) }

    // MARK: Members and elements

    package mutating func key(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func value(_ text: String) {
        separate()
        appendQuoted(text)
    }

    package mutating func value(_ number: Int) { raw(String(number)) }
    package mutating func value(_ truth: Bool) { raw(truth ? "true" : "false") }
    package mutating func null() { raw("null") }

    package mutating func member(_ name: String, _ text: String) {
        key(name)
        value(text)
    }

    package mutating func member(_ name: String, _ number: Int) {
        key(name)
        value(number)
    }

    package mutating func member(_ name: String, _ truth: Bool) {
        key(name)
        value(truth)
    }

    /// Appends a value that is JSON already.
    package mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
    }

    /// A line break after a document.
    package mutating func newline() { bytes.append(UInt8(ascii: "\n")) }

    /// Puts the next element of an array on a line of its own, for people and line tools.
    package mutating func newlineBetweenValues() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
        newline()
    }

    // MARK: Text

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            // What needs no escape is copied in one piece: most texts are one, and PEM is lines of 64.
            var start = 0
            for position in utf8.indices where JSONWriter.needsEscape(utf8[position]) {
                bytes.append(contentsOf: utf8[start..<position])
                appendEscaped(utf8[position])
                start = position + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        default: bytes.append(contentsOf: "u00\(Hex.encode(CollectionOfOne(byte)))".utf8)
        }
    }
}

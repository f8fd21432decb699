/// A device's name in the registry: UTF-8, 1 to 128 bytes, without control characters.
///
/// Any other character is legal (`/`, `..`, a leading dot), so a device id is never a path: what is published goes
/// through the encoding that Delivery keeps for it.
package struct DeviceID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    package static let longest = 128

    /// - Throws: ``RotationError/Code/badInput`` that says which rule the text breaks.
    package init(_ text: String) throws(RotationError) {
        try RegistryName.check(text, what: "device id", longest: DeviceID.longest)
        self.text = text
    }

    /// Takes a text that was checked before it was stored.
    package init(checked text: String) { self.text = text }

    /// By bytes, as SQLite and file systems compare: a composed and a decomposed é are two devices, though equal as Swift strings.
    package static func == (left: DeviceID, right: DeviceID) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
    package func hash(into hasher: inout Hasher) { RegistryName.hash(text, into: &hasher) }

    /// By bytes, so that the order is the same on every machine and in SQLite.
    package static func < (left: DeviceID, right: DeviceID) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package var description: String { text }
}

/// An account of the registry: UTF-8, 1 to 128 bytes, without control characters (AWS's are 12 digits).
package struct AccountID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    /// - Throws: ``RotationError/Code/badInput`` that says which rule the text breaks.
    package init(_ text: String) throws(RotationError) {
        try RegistryName.check(text, what: "account", longest: 128)
        self.text = text
    }

    /// Takes a text that was checked before it was stored.
    package init(checked text: String) { self.text = text }

    /// By bytes, as ``DeviceID`` is.
    package static func == (left: AccountID, right: AccountID) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
    package func hash(into hasher: inout Hasher) { RegistryName.hash(text, into: &hasher) }

    package static func < (left: AccountID, right: AccountID) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package var description: String { text }
}

/// The rules that names of the registry share.
package enum RegistryName {
    /// By bytes: goes with an equality by bytes.
    static func hash(_ text: String, into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// - Throws: ``RotationError/Code/badInput`` where the text is empty, too long or holds a control character.
    package static func check(_ text: String, what: String, longest: Int) throws(RotationError) {
        if text.isEmpty {
            throw RotationError(.badInput, "the \(what) is empty", advice: "give 1 to \(longest) bytes of UTF-8")
        }
        if text.utf8.count > longest {
            throw RotationError(
                .badInput, "the \(what) is \(text.utf8.count) bytes long", advice: "at most \(longest) are allowed")
        }
        // Nearly all names: what a scalar is takes longer to look up.
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return }
        if let control = text.unicodeScalars.first(where: { $0.properties.generalCategory == .control }) {
            throw RotationError(
                .badInput,
                "the \(what) holds the control character U+\(String(control.value, radix: 16, uppercase: true))",
                advice: "remove it")
        }
    }
}

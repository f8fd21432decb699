/// Base64 (RFC 4648, 4), padded, as PEM and AWS write it.
package enum Base64 {
    /// On one line, padded.
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        Base64Alphabet.standard.append(bytes[...], padded: true, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Spaces, tabs and line ends are passed over. Nil where any other character is foreign, the padding is missing or
    /// wrong, or the last character carries bits that belong to no byte.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        if let bytes = text.withContiguousStorageIfAvailable({ Base64Alphabet.standard.decode($0, strict: false) }) {
            return bytes
        }
        return Array(text).withUnsafeBufferPointer { Base64Alphabet.standard.decode($0, strict: false) }
    }

    package static func decode(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8))
    }
}

/// Base64url without padding (RFC 4648, 5; RFC 7515, 2).
package enum Base64URL {
    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        append(bytes[...], to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the encoding as ASCII bytes.
    package static func append(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
        Base64Alphabet.url.append(bytes, padded: false, to: &text)
    }

    /// Nil where a character is foreign (padding and white space too) or the last one carries bits that belong to no
    /// byte: one value has exactly one text.
    package static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        text.withUnsafeBufferPointer { Base64Alphabet.url.decode($0, strict: true) }
    }

    package static func decode(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8)[...])
    }
}

/// Sixty-four characters and what each is worth.
package struct Base64Alphabet: Sendable {
    private let characters: [UInt8]
    /// A character's worth, or one of the marks below.
    private let values: [UInt8]

    private static let foreign: UInt8 = 0xFF
    private static let blank: UInt8 = 0xFE
    private static let padding: UInt8 = 0xFD

    package static let standard = Base64Alphabet(last: "+/", padding: true)
    static let url = Base64Alphabet(last: "-_", padding: false)

    private init(last: String, padding: Bool) {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        characters = Array((letters + letters.lowercased() + "0123456789" + last).utf8)
        var values = [UInt8](repeating: Base64Alphabet.foreign, count: 256)
        for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
        if padding {
            for character in " \t\r\n".utf8 { values[Int(character)] = Base64Alphabet.blank }
            values[Int(UInt8(ascii: "="))] = Base64Alphabet.padding
        }
        self.values = values
    }

    /// Appends the encoding as ASCII bytes.
    package func append(_ bytes: ArraySlice<UInt8>, padded: Bool, to text: inout [UInt8]) {
        let fullGroups = bytes.count / 3
        let rest = bytes.count % 3
        let tail = rest == 0 ? 0 : (padded ? 4 : rest + 1)
        text.reserveCapacity(text.count + fullGroups * 4 + tail)
        characters.withUnsafeBufferPointer { characters in
            bytes.withUnsafeBufferPointer { input in
                func character(_ group: UInt32, _ shift: UInt32) -> UInt8 { characters[Int(group >> shift & 63)] }
                for at in stride(from: 0, to: fullGroups * 3, by: 3) {
                    let group = UInt32(input[at]) << 16 | UInt32(input[at + 1]) << 8 | UInt32(input[at + 2])
                    text.append(character(group, 18))
                    text.append(character(group, 12))
                    text.append(character(group, 6))
                    text.append(character(group, 0))
                }
                guard rest > 0 else { return }
                let at = fullGroups * 3
                let group = UInt32(input[at]) << 16 | (rest == 2 ? UInt32(input[at + 1]) << 8 : 0)
                text.append(character(group, 18))
                text.append(character(group, 12))
                if rest == 2 { text.append(character(group, 6)) } else if padded { text.append(UInt8(ascii: "=")) }
                if padded { text.append(UInt8(ascii: "=")) }
            }
        }
    }

    /// - Parameter strict: no padding allowed and none needed; else the padding must be there.
    func decode(_ text: UnsafeBufferPointer<UInt8>, strict: Bool) -> [UInt8]? {
        var valid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { output, count in
            values.withUnsafeBufferPointer { values in
                var group: UInt32 = 0
                var inGroup = 0
                var paddings = 0
                for character in text {
                    let value = values[Int(character)]
                    if value < 64 {
                        guard paddings == 0 else {
                            valid = false
                            return
                        }
                        group = group << 6 | UInt32(value)
                        inGroup += 1
                        if inGroup == 4 {
                            output[count] = UInt8(truncatingIfNeeded: group >> 16)
                            output[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
                            output[count + 2] = UInt8(truncatingIfNeeded: group)
                            count += 3
                            (group, inGroup) = (0, 0)
                        }
                    } else if value == Base64Alphabet.padding {
                        paddings += 1
                    } else if value == Base64Alphabet.foreign {
                        valid = false
                        return
                    }
                }
                valid = finish(group, inGroup, paddings: paddings, strict: strict, output, &count)
            }
        }
        return valid ? bytes : nil
    }

    /// Writes the bytes of an incomplete last group.
    private func finish(
        _ group: UInt32, _ inGroup: Int, paddings: Int, strict: Bool,
        _ output: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
    ) -> Bool {
        let needed = inGroup == 0 ? 0 : 4 - inGroup
        guard inGroup != 1, paddings == (strict ? 0 : needed) else { return false }
        switch inGroup {
        case 2:
            guard group & 0xF == 0 else { return false }
            output[count] = UInt8(truncatingIfNeeded: group >> 4)
            count += 1
        case 3:
            guard group & 3 == 0 else { return false }
            output[count] = UInt8(truncatingIfNeeded: group >> 10)
            output[count + 1] = UInt8(truncatingIfNeeded: group >> 2)
            count += 2
        default: break
        }
        return true
    }
}

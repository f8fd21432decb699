import RotationModel

/// Finds device ids that people take for one another: they differ in blanks at their ends, in characters that nobody sees, or in how a
/// letter is composed. Such ids are legal, and each is a device; but hardly ever is that meant.
struct LookAlikes {
    /// What people read, with the ids that read so, of all ids with more than plain letters. As Swift strings: those compare composed
    /// and decomposed letters as equal.
    private var unusual: [String: [String]] = [:]

    /// - Returns: The ids that were seen before and look like this one, and whether this one is padded.
    mutating func see(_ id: String, isKnown: (String) throws -> Bool) rethrows -> (others: [String], isPadded: Bool) {
        guard !LookAlikes.isPlain(id) else {
            return (unusual.isEmpty ? [] : unusual[id] ?? [], false)
        }
        let read = LookAlikes.asRead(id)
        var others = (unusual[read] ?? []).filter { !$0.utf8.elementsEqual(id.utf8) }
        if !(unusual[read]?.contains { $0.utf8.elementsEqual(id.utf8) } ?? false) {
            unusual[read, default: []].append(id)
        }
        if LookAlikes.isPlain(read), try isKnown(read) { others.insert(read, at: 0) }
        return (others, !read.unicodeScalars.elementsEqual(id.unicodeScalars))
    }

    /// Visible ASCII, with blanks only between it.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && text.utf8.first != 0x20 && text.utf8.last != 0x20
    }

    /// Without what nobody sees.
    static func asRead(_ text: String) -> String {
        var scalars = text.unicodeScalars.filter { !isInvisible($0) }[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars.map { $0.properties.isWhitespace ? " " : $0 }))
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format
    }

    /// The text with everything spelled out that could be overlooked: `\u{20}d-1`.
    static func spelledOut(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        let inner = scalars.indices.dropFirst().dropLast()
        return scalars.indices.map { index in
            let scalar = scalars[index]
            let isVisible = (0x21...0x7E).contains(scalar.value) || (scalar == " " && inner.contains(index))
            return isVisible ? String(scalar) : "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }.joined()
    }
}

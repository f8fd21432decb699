/// Text that people read as it is: nothing in it drives the terminal, is invisible, or turns the direction of writing.
///
/// The one rule for reports, pages, logs and messages. Files for programs keep texts letter by letter.
package enum Printable {
    /// The text with tabs as one space, and whatever is no visible character in the form `\u{1B}`.
    package static func text(_ text: some StringProtocol) -> String {
        // Nearly all text is plain ASCII, which needs no look at Unicode's tables.
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return String(text) }
        var shown = ""
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            append(scalar, after: previous, to: &shown)
            previous = scalar
        }
        return shown
    }

    /// A finished report: its line ends stay, and so do the colours of ``Printable/colours``; all else is as ``text(_:)`` has it.
    package static func report(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A }) { return text }
        var shown = ""
        var rest = text.unicodeScalars[...]
        var previous: Unicode.Scalar?
        while let scalar = rest.popFirst() {
            defer { previous = scalar }
            if scalar == "\n" {
                shown.append("\n")
            } else if scalar == "\u{1B}", let colour = colours.first(where: { rest.starts(with: $0.unicodeScalars) }) {
                shown += "\u{1B}" + colour
                rest.removeFirst(colour.unicodeScalars.count)
            } else {
                append(scalar, after: previous, to: &shown)
            }
        }
        return shown
    }

    /// How many columns of a terminal ``text(_:)`` takes: East Asian wide characters and emoji take two, combining marks none.
    package static func width(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text.utf8.count }
        return text.reduce(0) { columns, character in columns + width(of: character) }
    }

    /// What reports colour their words by (ECMA-48, 8.3.117), behind the escape character.
    private static let colours = ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m", "[1;31m", "[1;33m", "[1;34m"]

    private static func width(of character: Character) -> Int {
        var columns = 0
        // What is spelled out within a character ends it: whatever joined its parts does so no more.
        var isStart = true
        var previous: Unicode.Scalar?
        for scalar in character.unicodeScalars {
            defer { previous = scalar }
            if scalar == "\t" {
                columns += 1
            } else if !isVisible(scalar, after: previous) {
                columns += escaped(scalar).count
                isStart = true
            } else if isStart {
                columns += isWide(scalar) ? 2 : 1
                isStart = false
            }
        }
        return columns
    }

    private static func append(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?, to shown: inout String) {
        if scalar == "\t" {
            shown.append(" ")
        } else if isVisible(scalar, after: previous) {
            shown.unicodeScalars.append(scalar)
        } else {
            shown += escaped(scalar)
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }

    /// Whether a reader sees it, or sees that it is there. Spaces count as visible; joiners, variation selectors, fillers, marks and
    /// overrides of direction, tags and soft hyphens do not. The selector that keyboards put behind an emoji is part of it.
    private static func isVisible(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
        if (0x20..<0x7F).contains(scalar.value) { return true }
        if scalar.value == 0xFE0F, let previous, previous.properties.isEmoji, !previous.isASCII { return true }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: return false
        // Of format characters, a few signs of Arabic, Syriac and Kaithi are written before numbers.
        case .format: return isNumberSign(scalar)
        default: break
        }
        // The braille pattern without a dot is a blank by another name.
        return scalar.value != 0x2800 && !scalar.properties.isDefaultIgnorableCodePoint
    }

    /// Unicode's Prepended_Concatenation_Mark.
    private static func isNumberSign(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0600...0x0605, 0x06DD, 0x070F, 0x0890...0x0891, 0x08E2, 0x110BD, 0x110CD: true
        default: false
        }
    }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}

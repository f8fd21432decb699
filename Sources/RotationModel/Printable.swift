/// Text that a terminal shows as it is.
public enum Printable {
    /// The text with tabs as one space, and every other control or direction-changing character in the form `\u{1B}`.
    public static func text(_ text: some StringProtocol) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                shown.append(" ")
            } else if isHarmless(scalar) {
                shown.unicodeScalars.append(scalar)
            } else {
                shown += escaped(scalar)
            }
        }
        return shown
    }

    /// How many columns of a terminal ``text(_:)`` takes: East Asian wide characters and emoji take two, combining marks none.
    public static func width(_ text: some StringProtocol) -> Int {
        text.reduce(0) { columns, character in
            guard let first = character.unicodeScalars.first else { return columns }
            if first == "\t" { return columns + 1 }
            if !isHarmless(first) { return columns + character.unicodeScalars.reduce(0) { $0 + escaped($1).count } }
            return columns + (isWide(first) ? 2 : 1)
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
        // Bidirectional overrides and isolates: what is read would not be what is there.
        case .format: !(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
        default: true
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

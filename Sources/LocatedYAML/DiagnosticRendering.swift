extension Diagnostic {
    /// The message with its place, the line, and carets under the mistake, as compilers show it:
    ///
    /// ```
    /// error: unknown key `renewBefor`
    ///   --> policies/sensors.yaml:12:7
    ///    |
    /// 12 |       renewBefor: 30d
    ///    |       ^^^^^^^^^^ did you mean `renewBefore`?
    /// ```
    ///
    /// Control characters of the file are shown escaped, so that a file cannot drive the terminal.
    public func rendered(color: Bool) -> String {
        let style = Style(color: color, severity: severity)
        let number = String(line)
        let margin = String(repeating: " ", count: number.count)
        var text = style.severity(severity.rawValue) + style.strong(": \(Printable.text(message))") + "\n"
        text += "\(margin)\(style.frame("-->")) \(Printable.text(place))"
        let besideCarets = help.count <= 72 && !help.contains("\n")
        if !sourceLine.isEmpty {
            text += "\n\(margin) \(style.frame("|"))\n"
            text += "\(style.frame("\(number) |")) \(Printable.text(sourceLine))\n"
            text += "\(margin) \(style.frame("|")) \(caretIndent)\(style.severity(carets))"
            if besideCarets, !help.isEmpty { text += " " + style.severity(Printable.text(help)) }
        }
        if !help.isEmpty, sourceLine.isEmpty || !besideCarets {
            text += "\n\(margin) \(style.frame("=")) \(style.strong("help:")) \(Printable.text(help))"
        }
        return text
    }

    private var caretIndent: String {
        let before = sourceLine.prefix(sourceColumn - 1)
        return String(repeating: " ", count: Printable.width(before) + max(0, sourceColumn - 1 - before.count))
    }

    private var carets: String {
        let covered = sourceLine.dropFirst(sourceColumn - 1).prefix(length)
        return String(repeating: "^", count: max(1, Printable.width(covered)))
    }
}

/// ANSI colours, or none.
private struct Style {
    let color: Bool
    let severity: Diagnostic.Severity

    func severity(_ text: String) -> String { paint(text, severity == .error ? "1;31" : "1;33") }
    func strong(_ text: String) -> String { paint(text, "1") }
    func frame(_ text: String) -> String { paint(text, "1;34") }

    private func paint(_ text: String, _ code: String) -> String {
        color ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

/// Text that a terminal shows as it is.
enum Printable {
    /// The text with tabs as one space, and every other control or direction-changing character in the form `\u{1B}`.
    static func text(_ text: some StringProtocol) -> String {
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
    static func width(_ text: some StringProtocol) -> Int {
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

import Basics

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
    package func rendered(color: Bool) -> String {
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
        if let marked { return String(repeating: " ", count: width(ofScalars: 0..<marked.lowerBound)) }
        let before = sourceLine.prefix(sourceColumn - 1)
        return String(repeating: " ", count: Printable.width(before) + max(0, sourceColumn - 1 - before.count))
    }

    private var carets: String {
        let columns =
            marked.map { width(ofScalars: $0) }
            ?? Printable.width(sourceLine.dropFirst(sourceColumn - 1).prefix(length))
        return String(repeating: "^", count: max(1, columns))
    }

    private func width(ofScalars range: Range<Int>) -> Int {
        let scalars = sourceLine.unicodeScalars.dropFirst(range.lowerBound).prefix(range.count)
        return Printable.width(String(String.UnicodeScalarView(scalars)))
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

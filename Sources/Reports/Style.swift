/// Colours for a terminal, or none.
public struct Style: Sendable {
    let isColoured: Bool

    /// - Parameter isColoured: whether the reader is a terminal that wants colours.
    public init(isColoured: Bool) { self.isColoured = isColoured }

    public static let plain = Style(isColoured: false)

    func bold(_ text: String) -> String { wrap(text, "1") }
    func dim(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

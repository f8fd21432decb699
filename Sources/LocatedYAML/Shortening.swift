/// Keeps messages readable whatever the file holds: a name of a megabyte is quoted by its start.
enum Shortening {
    /// In characters, of one value that a message quotes between backticks.
    static let longestQuote = 80
    /// In characters, of a whole message.
    static let longest = 1000

    static func message(_ text: String) -> String {
        guard text.utf8.count > longestQuote else { return text }
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        let shortened = parts.enumerated().map { $0 % 2 == 1 ? cut($1, to: longestQuote) : String($1) }
        return cut(shortened.joined(separator: "`"), to: longest)
    }

    /// Counts scalars: a character may have any number of them.
    private static func cut(_ text: some StringProtocol, to most: Int) -> String {
        let scalars = text.unicodeScalars
        guard let last = scalars.index(scalars.startIndex, offsetBy: most - 1, limitedBy: scalars.endIndex),
            last < scalars.endIndex, scalars.index(after: last) < scalars.endIndex
        else { return String(text) }
        return text[..<last] + "…"
    }
}

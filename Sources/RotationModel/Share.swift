/// A share of a whole as files write it, `33%` or `0.5%`, exact to a millionth.
package struct Share: Hashable, Comparable, Sendable {
    /// From 0 to 1,000,000.
    package let partsPerMillion: Int64

    package init(partsPerMillion: Int64) { self.partsPerMillion = partsPerMillion }

    package static func < (left: Share, right: Share) -> Bool { left.partsPerMillion < right.partsPerMillion }

    /// Reads `33%`, `0.5%`: up to four decimals, from 0% to 100%. Nil where the text is anything else.
    package init?(_ text: String) {
        guard text.last == "%" else { return nil }
        let parts = text.dropLast().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...3).contains(whole.count), whole.utf8.allSatisfy(Share.isDigit),
            var parsed = Int64(whole)
        else { return nil }
        var decimals = 0
        if parts.count == 2 {
            guard (1...4).contains(parts[1].count), parts[1].utf8.allSatisfy(Share.isDigit) else { return nil }
            for digit in parts[1].utf8 { parsed = parsed * 10 + Int64(digit - UInt8(ascii: "0")) }
            decimals = parts[1].count
        }
        for _ in decimals..<4 { parsed *= 10 }
        guard parsed <= 1_000_000 else { return nil }
        partsPerMillion = parsed
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension Share: CustomStringConvertible {
    package var description: String {
        let (whole, rest) = partsPerMillion.quotientAndRemainder(dividingBy: 10_000)
        guard rest != 0 else { return "\(whole)%" }
        var decimals = String(rest)
        decimals = String(repeating: "0", count: 4 - decimals.count) + decimals
        while decimals.last == "0" { decimals.removeLast() }
        return "\(whole).\(decimals)%"
    }
}

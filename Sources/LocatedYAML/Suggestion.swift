/// Which known word a misspelt one was meant to be.
package enum Suggestion {
    /// The nearest of the known words, or nil where none is near: a third of the letters may differ.
    package static func nearest(to word: String, among known: some Sequence<String>) -> String? {
        // Longer than any word of these files: not a misspelling of one.
        guard word.utf8.count <= 64 else { return nil }
        let letters = letters(of: word)
        var best: (word: String, distance: Int)?
        for candidate in known.prefix(mostCompared) {
            let others = self.letters(of: candidate)
            let allowed = min(max(1, min(letters.count, others.count) / 3), (best?.distance ?? .max) - 1)
            guard abs(letters.count - others.count) <= allowed else { continue }
            let distance = distance(letters, others, atMost: allowed)
            if distance <= allowed { best = (candidate, distance) }
        }
        return best?.word
    }

    /// ``did you mean `nearest`?``, or else what there is to choose from.
    package static func help(for word: String, among known: [String]) -> String {
        if let nearest = nearest(to: word, among: known) { return "did you mean `\(nearest)`?" }
        if known.count == 1 { return "it can only be `\(known[0])`" }
        let more = known.count > mostListed ? ", …" : ""
        return "one of: \(known.prefix(mostListed).joined(separator: ", "))\(more)"
    }

    /// More than there are time zones. A file may name any number of things.
    private static let mostCompared = 1000
    private static let mostListed = 40

    /// Without upper and lower case.
    private static func letters(of word: String) -> [UInt32] {
        guard word.utf8.allSatisfy({ $0 < 0x80 }) else { return word.lowercased().unicodeScalars.map(\.value) }
        return word.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? UInt32($0) + 32 : UInt32($0) }
    }

    /// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
    /// Of one that is more than `most`, only that it is more.
    private static func distance(_ left: [UInt32], _ right: [UInt32], atMost most: Int) -> Int {
        // What both start and end with costs nothing: most names differ in a few letters.
        var (start, leftEnd, rightEnd) = (0, left.count, right.count)
        while start < leftEnd, start < rightEnd, left[start] == right[start] { start += 1 }
        while leftEnd > start, rightEnd > start, left[leftEnd - 1] == right[rightEnd - 1] {
            (leftEnd, rightEnd) = (leftEnd - 1, rightEnd - 1)
        }
        return edits(left[start..<leftEnd], right[start..<rightEnd], atMost: most)
    }

    private static func edits(_ leftSlice: ArraySlice<UInt32>, _ rightSlice: ArraySlice<UInt32>, atMost most: Int)
        -> Int
    {
        let (left, right) = (Array(leftSlice), Array(rightSlice))
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let same = left[row - 1] == right[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (same ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
            if row > 1, zip(beforeLast, last).allSatisfy({ $0 > most && $1 > most }) { return most + 1 }
        }
        return last[right.count]
    }
}

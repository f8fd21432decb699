/// Finds places in lines. To look for each message of a line of a megabyte from its start would take as long as the line, each
/// time: of a long line it is noted once what stands every few hundred characters.
final class LongLineMarks {
    private struct Mark {
        let scalars: Int
        let characters: Int
        let index: String.Index
    }

    /// By the line's number.
    private var marks: [Int: [Mark]] = [:]

    private static let step = 512

    /// A position's index in its line, the line's end at most, and how many characters stand before it.
    func place(of position: SourcePosition, in line: Substring) -> (index: String.Index, characters: Int) {
        let wanted = max(0, position.column - 1)
        let mark = mark(before: wanted, of: position.line, in: line)
        let rest = line.unicodeScalars[mark.index...]
        let index = rest.index(mark.index, offsetBy: wanted - mark.scalars, limitedBy: rest.endIndex) ?? rest.endIndex
        return (index, mark.characters + line[mark.index..<index].count)
    }

    /// The last mark at or before a scalar.
    private func mark(before scalar: Int, of number: Int, in line: Substring) -> Mark {
        let start = Mark(scalars: 0, characters: 0, index: line.startIndex)
        guard scalar > LongLineMarks.step, line.utf8.count > 4 * LongLineMarks.step else { return start }
        let known = marks[number] ?? LongLineMarks.marks(of: line)
        marks[number] = known
        var (low, high) = (0, known.count)
        while low < high {
            let middle = (low + high) / 2
            if known[middle].scalars <= scalar { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? start : known[low - 1]
    }

    private static func marks(of line: Substring) -> [Mark] {
        var marks: [Mark] = []
        var (scalars, characters) = (0, 0)
        for index in line.indices {
            if characters % step == 0 { marks.append(Mark(scalars: scalars, characters: characters, index: index)) }
            scalars += line[index].unicodeScalars.count
            characters += 1
        }
        return marks
    }
}

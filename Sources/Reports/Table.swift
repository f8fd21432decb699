import Basics

/// Rows of text in aligned columns.
struct Table {
    enum Alignment {
        case left
        case right
    }

    /// A cell and how it is coloured; colours take no width.
    struct Cell: ExpressibleByStringLiteral {
        let text: String
        let paint: ((String) -> String)?

        init(_ text: String, _ paint: ((String) -> String)? = nil) {
            // Names come from outside: none may move the cursor or start a line.
            self.text = Printable.text(text)
            self.paint = paint
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    private let alignments: [Alignment]
    private var rows: [[Cell]] = []
    private let indent: String

    init(_ alignments: [Alignment], indent: Int = 2) {
        self.alignments = alignments
        self.indent = String(repeating: " ", count: indent)
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ cells: [Cell]) { rows.append(cells) }

    mutating func addHeader(_ names: [String], _ style: Style) { add(names.map { Cell($0, style.dim) }) }

    /// Each row on a line of its own, without trailing blanks.
    var text: String {
        let widths = alignments.indices.map { column in rows.map { Printable.width($0[column].text) }.max() ?? 0 }
        return rows.map { line($0, widths) + "\n" }.joined()
    }

    private func line(_ row: [Cell], _ widths: [Int]) -> String {
        var line = indent
        for (column, cell) in row.enumerated() {
            let padding = String(repeating: " ", count: widths[column] - Printable.width(cell.text))
            let painted = cell.paint?(cell.text) ?? cell.text
            let isLast = column == row.count - 1
            switch alignments[column] {
            case .left: line += painted + (isLast ? "" : padding)
            case .right: line += padding + painted
            }
            if !isLast { line += "  " }
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}

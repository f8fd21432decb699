/// A table with a heading for every column. Wide ones scroll in a frame of their own, so that the page never does.
struct HTMLTable {
    enum Column {
        case text(String)
        case number(String)

        var title: String {
            switch self {
            case .text(let title), .number(let title): title
            }
        }

        fileprivate var isNumber: Bool {
            switch self {
            case .text: false
            case .number: true
            }
        }

        /// The name also stands in each cell: on a phone, where a row becomes a card, it is shown there.
        fileprivate var attribute: HTML {
            switch self {
            case .text(let title): " data-name=\"\(title)\""
            case .number(let title): " class=\"n\" data-name=\"\(title)\""
            }
        }
    }

    let name: String
    let columns: [Column]
    /// Each as many cells as there are columns; the first names the row.
    private(set) var rows: [[HTML]] = []

    init(_ name: String, _ columns: [Column]) { (self.name, self.columns) = (name, columns) }

    mutating func add(_ cells: [HTML]) { rows.append(cells) }

    var html: HTML? { rows.isEmpty ? nil : "\(opening)\(rows.map(row))\(HTMLTable.closing)" }

    private var opening: HTML {
        """
        <div class="scroll" role="region" aria-label="\(name)" tabindex="0"><table class="cards">
        <thead><tr>\(columns.map { "<th scope=\"col\"\($0.isNumber ? " class=\"n\"" as HTML : "")>\($0.title)</th>" as HTML })</tr></thead>
        <tbody>

        """
    }

    private static let closing: HTML = "</tbody></table></div>\n"

    private func row(_ cells: [HTML]) -> HTML {
        let rest = zip(columns, cells).dropFirst().map { "<td\($0.attribute)>\($1)</td>" as HTML }
        return "<tr><th scope=\"row\">\(cells[0])</th>\(rest)</tr>\n"
    }
}

extension HTMLTable {
    /// A count in a table in which most are none.
    static func count(_ count: Int) -> HTML { count == 0 ? "<span class=\"none\">·</span>" : "\(count)" }
}

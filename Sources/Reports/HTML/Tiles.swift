/// The main numbers, large.
struct Tiles {
    struct Tile {
        let name: String
        let count: Int
        let meaning: String
        /// A class of the style sheet.
        let tone: String
    }

    let tiles: [Tile]

    /// Nothing where every number is zero.
    var html: HTML {
        let shown = tiles.filter { $0.count > 0 }
        guard !shown.isEmpty else { return "" }
        return "<dl class=\"tiles\">\n\(shown.map(tile))</dl>\n"
    }

    private func tile(_ tile: Tile) -> HTML {
        """
        <div class="\(tile.tone)" data-count="\(tile.name)"><dt>\(tile.name)</dt><dd class="count">\(tile.count)</dd>\
        <dd class="meaning">\(tile.meaning)</dd></div>

        """
    }
}

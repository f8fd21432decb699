/// One self-contained page: everything that it shows is in the file, and it may load nothing.
struct Page {
    /// Part of a page under a heading of its own, which the page's list of contents names.
    struct Section {
        let id: String
        let title: String
        let body: HTML

        /// Nil where there is nothing to say: a page has no empty frames.
        init?(_ id: String, _ title: String, _ body: HTML?) {
            guard let body, !body.isEmpty else { return nil }
            (self.id, self.title, self.body) = (id, title, body)
        }
    }

    /// What kind of report it is: `Dry run`.
    let kind: String
    /// For which time or run, for the browser's title.
    let subject: String
    /// The outcome in a sentence.
    let headline: HTML
    /// When, of what, by which policies.
    let facts: HTML
    let sections: [Section]

    /// Everything up to the rows, in pieces.
    func opening(thenRows rows: Section?) -> [HTML] {
        [head, top(sections + (rows.map { [$0] } ?? []))] + sections.map(html)
    }

    var closing: HTML {
        """
        </main>
        <script>\(SearchScript.source)</script>
        </body>
        </html>

        """
    }

    /// Scripts other than the page's own do not run, and nothing is loaded, even if some text should get past the escaping.
    private var head: HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
        script-src '\(SearchScript.digest)'; base-uri 'none'; form-action 'none'">
        <title>\(kind), \(subject)</title>
        <style>\(StyleSheet.source)</style>
        </head>

        """
    }

    private func top(_ contents: [Section]) -> HTML {
        """
        <body>
        <header>
        <p class="kind">\(kind)</p>
        <h1>\(headline)</h1>
        <p class="facts">\(facts)</p>
        <nav aria-label="Contents"><ul>
        \(contents.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>\n" as HTML })</ul></nav>
        </header>
        <main>

        """
    }

    func html(_ section: Section) -> HTML {
        """
        <section id="\(section.id)" aria-labelledby="\(section.id)-title">
        <h2 id="\(section.id)-title">\(section.title)</h2>
        \(section.body)</section>

        """
    }
}

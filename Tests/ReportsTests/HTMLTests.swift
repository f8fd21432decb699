import RotationModel
import Testing

@testable import Reports

@Suite("Pieces of HTML")
struct HTMLTests {
    @Test(
        "What is interpolated is text, whatever it says",
        arguments: [
            ("plain", "plain"), ("a&b", "a&amp;b"), ("&amp;", "&amp;amp;"),
            ("</script><script>x()</script>", "&lt;/script&gt;&lt;script&gt;x()&lt;/script&gt;"),
            ("\"'>", "&quot;&#39;&gt;"), ("日本 é", "日本 é"), ("\u{202E}x", "\\u{202E}x"),
            ("a\u{0}\u{1B}[1m", "a\\u{0}\\u{1B}[1m"),
            ("<!--", "&lt;!--"), ("", ""),
        ])
    func escaping(_ text: String, _ escaped: String) {
        let html: HTML = "<td title=\"\(text)\">\(text)</td>"
        #expect(html.markup == "<td title=\"\(escaped)\">\(escaped)</td>")
    }

    @Test("Pieces of HTML are put into others as they are, once")
    func nesting() {
        let inner: HTML = "<b>\("<")</b>"
        let outer: HTML = "<p>\(inner)\([inner, inner])</p>"
        #expect(outer.markup == "<p><b>&lt;</b><b>&lt;</b><b>&lt;</b></p>")
    }

    @Test("A name from outside keeps its direction to itself")
    func names() {
        let html: HTML = "\(name: "a\u{200F}<b>")"
        #expect(html.markup == #"<bdi>a\u{200F}&lt;b&gt;</bdi>"#)
    }

    @Test(
        "Counts are in groups of three digits for people, and bare for programs",
        arguments: [(0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000")])
    func counts(_ count: Int, _ shown: String) {
        let html: HTML = "\(count)"
        #expect(html.markup == "<data value=\"\(count)\">\(shown)</data>")
    }

    @Test("Times are to the minute for people, and exact for programs")
    func times() {
        let html: HTML = "\(Fixture.time("2026-12-01T03:04:05Z"))"
        #expect(
            html.markup
                == "<time datetime=\"2026-12-01T03:04:05Z\">2026-12-01 <span class=\"clock\">03:04</span></time>")
    }

    @Test("A table without rows is no table; a column's numbers are aligned")
    func tables() {
        var table = HTMLTable("a <b>", [.text("x"), .number("y")])
        #expect(table.html == nil)
        table.add(["1", "2"])
        let markup = table.html?.markup ?? ""
        #expect(markup.contains("aria-label=\"a &lt;b&gt;\""))
        #expect(markup.contains("<th scope=\"col\">x</th><th scope=\"col\" class=\"n\">y</th>"))
        #expect(markup.contains("<tr><th scope=\"row\">1</th><td class=\"n\" data-name=\"y\">2</td></tr>"))
    }
}

import Foundation
import RotationModel
import RotationTesting
import Testing

@testable import Reports

@Suite("A forecast as a page")
struct ForecastPageTests {
    private func figures(_ counts: [Int], limit: Int? = nil) -> ForecastFigures {
        ForecastFigures(
            start: Fixture.now, deviceCount: 1200,
            days: counts.enumerated().map { .init(day: Fixture.now + .days(Int64($0)), count: $1) },
            limit: limit.map { .init(name: "limits.issue", count: $0) }, peakCause: "an import of <one> day",
            policies: [.init(policy: "field", count: counts.reduce(0, +))])
    }

    private func page(_ figures: ForecastFigures) -> String { written { ForecastHTML(figures).write($0) } }

    @Test("It has the sum, the peak and its cause, the days over the limit, the months and the policies")
    func forecast() {
        let page = page(figures([5, 40, 0, 40] + [Int](repeating: 1, count: 40), limit: 30))
        #expect(
            page.contains(
                "<h1><data value=\"125\">125</data> replacements, <data value=\"40\">40</data> on the busiest day.</h1>"
            ))
        #expect(page.contains("on 2026-12-02</dd>"))
        #expect(page.contains("<data value=\"2\">2</data></dd><dd class=\"meaning\">limits.issue allows 30</dd>"))
        #expect(page.contains("The peak: an import of &lt;one&gt; day"))
        #expect(page.contains("2026-12</th>") && page.contains("2027-01</th>"))
        #expect(page.contains("<line class=\"limit\""))
        #expect(page.contains("<title>2026-12-02: 40</title>"))
        #expect(page.contains("aria-labelledby=\"curve-chart-title curve-chart-text\""))
    }

    @Test("Without a replacement there is no curve", arguments: [[], [0, 0, 0]])
    func nothing(_ counts: [Int]) {
        let page = page(figures(counts))
        #expect(page.contains("<h1>Nothing will be replaced.</h1>"))
        #expect(!page.contains("<svg"))
    }

    @Test("The peak is the first of the highest days; at the limit is not over it")
    func values() {
        let figures = figures([1, 9, 9], limit: 9)
        #expect(figures.total == 19 && figures.overLimit.isEmpty)
        #expect(figures.peak == .init(day: Fixture.now + .days(1), count: 9))
    }

    /// What one of the end-to-end tests' judges says of a page.
    private func judge(_ name: String, _ page: String, _ arguments: String...) throws -> String {
        let folder = try TemporaryFolder()
        let path = try folder.write("page.html", page)
        let script = "\(#filePath)".replacing(
            "ReportsTests/ForecastPageTests.swift", with: "EndToEnd/Judges/\(name).py")
        let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "/usr/bin/python3"
        let verdict = try ExternalProgram.run([python, "-B", script, path] + arguments)
        try #require(verdict.status == 0, "\(verdict.errors)")
        return verdict.text
    }

    @Test("Python's parser finds nothing wrong with it")
    func parsed() throws {
        let verdict = try judge("check_html", page(figures((0..<365).map { $0 * 7 % 100 }, limit: 60)))
        #expect(verdict.contains("\"findings\": [],"), "\(verdict)")
    }

    @Test("In a browser nothing of it sticks out or overlaps, on a desk and on a phone", arguments: [1, 30, 90, 365])
    func browser(_ days: Int) throws {
        let verdict = try judge("browse_html", page(figures((0..<days).map { 900 + $0 * 7 % 100 }, limit: 960)), "x")
        #expect(verdict.contains(#""desk":{"width":1280,"outside":[],"overlaps":[],"#), "\(verdict)")
        #expect(verdict.contains(#""phone":{"width":390,"outside":[],"overlaps":[],"#), "\(verdict)")
        #expect(verdict.contains(#""paper":{"width":688,"outside":[],"overlaps":[],"#), "\(verdict)")
    }
}

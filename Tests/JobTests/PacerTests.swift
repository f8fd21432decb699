import Testing

@testable import Job

@Suite("limits.issuePerMinute")
struct PacerTests {
    private let start = ContinuousClock.now

    @Test("A minute's worth goes at once, and more when the first of it is a minute old")
    func burst() {
        var pacer = Pacer(perMinute: 600)
        #expect(pacer.delay(for: 400, now: start) == .zero)
        #expect(pacer.delay(for: 200, now: start + .seconds(10)) == .zero)
        #expect(pacer.delay(for: 50, now: start + .seconds(20)) == .seconds(40))
        #expect(pacer.delay(for: 350, now: start + .seconds(60)) == .zero)
        #expect(pacer.delay(for: 1, now: start + .seconds(60)) == .seconds(10))
    }

    @Test("What was not used does not add up")
    func idle() {
        var pacer = Pacer(perMinute: 600)
        let later = start + .seconds(3600)
        #expect(pacer.delay(for: 600, now: later) == .zero)
        #expect(pacer.delay(for: 1, now: later) == .seconds(60))
    }

    @Test("Within any minute no more than the limit is issued", arguments: [500, 700, 1000, 3000])
    func anyMinute(_ perMinute: Int) {
        var pacer = Pacer(perMinute: perMinute)
        var now = start
        var issued: [(at: ContinuousClock.Instant, count: Int)] = []
        for batch in [1, 500, 20, 300, 7, 500, 500, 499, 2, 500] {
            now += pacer.delay(for: batch, now: now)
            issued.append((now, batch))
            now += .milliseconds(150)
        }
        for (at, _) in issued {
            let inMinute = issued.filter { $0.at >= at && $0.at < at + .seconds(60) }.reduce(0) { $0 + $1.count }
            #expect(inMinute <= perMinute)
        }
    }
}

import Testing

@testable import Rotation

@Suite("limits.issuePerMinute")
struct PacerTests {
    private let start = ContinuousClock.now

    private func isClose(_ left: Duration, _ right: Duration) -> Bool {
        let difference = left - right
        return difference < .milliseconds(1) && difference > .milliseconds(-1)
    }

    @Test("A minute's worth goes at once, and the rest at its pace")
    func burst() {
        var pacer = Pacer(perMinute: 600, now: start)
        #expect(pacer.delay(for: 400, now: start) == .zero)
        #expect(pacer.delay(for: 200, now: start) == .zero)
        #expect(isClose(pacer.delay(for: 50, now: start), .seconds(5)))
    }

    @Test("What was not used fills up again, to a minute's worth at most")
    func refill() {
        var pacer = Pacer(perMinute: 600, now: start)
        _ = pacer.delay(for: 600, now: start)
        #expect(pacer.delay(for: 100, now: start + .seconds(10)) == .zero)
        #expect(isClose(pacer.delay(for: 10, now: start + .seconds(10)), .seconds(1)))
        let later = start + .seconds(3600)
        #expect(pacer.delay(for: 600, now: later) == .zero)
        #expect(isClose(pacer.delay(for: 1, now: later), .milliseconds(100)))
    }

    @Test("A batch larger than a minute's worth waits its time, and the debt is paid once")
    func largeBatch() {
        var pacer = Pacer(perMinute: 60, now: start)
        #expect(isClose(pacer.delay(for: 90, now: start), .seconds(30)))
        #expect(isClose(pacer.delay(for: 1, now: start + .seconds(30)), .seconds(1)))
    }

    @Test("A run over many batches never goes faster than its limit", arguments: [1, 60, 1000, 60_000])
    func pace(_ perMinute: Int) {
        var pacer = Pacer(perMinute: perMinute, now: start)
        var now = start
        var issued = 0
        for batch in [1, 500, 20, 3000, 7, 500] {
            now += pacer.delay(for: batch, now: now)
            issued += batch
            let allowed = Double(perMinute) * (1 + (now - start) / .seconds(60))
            #expect(Double(issued) <= allowed + 0.001)
        }
    }
}

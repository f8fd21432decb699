import RotationTesting
import Testing

@testable import Gate

@Suite("How often one may ask")
struct RateTests {
    private static let second: Int64 = 1_000_000_000

    @Test("A bucket holds what the rate says, is filled steadily, and says how long to wait")
    func bucket() {
        let limiter = RateLimiter<String>(Rate(10, per: .seconds(60)))
        let start = 5 * RateTests.second
        for _ in 0..<10 { #expect(limiter.take("a", now: start) == nil) }
        #expect(limiter.take("a", now: start) == 6 * RateTests.second)
        // Asking in vain costs nothing.
        #expect(limiter.take("a", now: start) == 6 * RateTests.second)
        #expect(limiter.take("b", now: start) == nil)
        #expect(limiter.take("a", now: start + 6 * RateTests.second - 1) == 1)
        #expect(limiter.take("a", now: start + 6 * RateTests.second) == nil)
        #expect(limiter.take("a", now: start + 6 * RateTests.second) != nil)
        let later = start + 66 * RateTests.second
        for _ in 0..<10 { #expect(limiter.take("a", now: later) == nil) }
        #expect(limiter.take("a", now: later) != nil)
    }

    @Test("However the time passes, no more than twice the rate goes through in its time", arguments: [1, 7, 13, 29])
    func never(step: Int64) {
        let limiter = RateLimiter<Int>(Rate(5, per: .seconds(10)))
        var passed: [Int64] = []
        for tick in 0..<400 {
            let now = Int64(tick) * step * RateTests.second / 10
            if limiter.take(1, now: now) == nil { passed.append(now) }
        }
        for start in passed {
            #expect(passed.count { $0 >= start && $0 < start + 10 * RateTests.second } <= 10)
        }
        #expect(passed.count >= 5)
    }

    @Test("Keys that were not here for a while are forgotten, and nothing else")
    func forgets() {
        let limiter = RateLimiter<Int>(Rate(2, per: .seconds(1)))
        for key in 0..<1000 { #expect(limiter.take(key, now: 0) == nil) }
        #expect(limiter.count == 1000)
        #expect(limiter.take(0, now: 0) == nil)
        // In the next generation the bucket is remembered.
        #expect(limiter.take(0, now: RateTests.second) == nil)
        #expect(limiter.take(0, now: RateTests.second) == nil)
        #expect(limiter.take(0, now: RateTests.second) != nil)
        #expect(limiter.take(-1, now: 2 * RateTests.second) == nil)
        #expect(limiter.count < 10)
        #expect(limiter.take(-1, now: 60 * RateTests.second) == nil)
        #expect(limiter.count == 1)
    }

    @Test(
        "A client is told whole seconds, from 1 to 600, with up to a quarter more",
        arguments: [
            (0, 0.0, 1), (1, 0, 1), (1_000_000_000, 0, 1), (1_000_000_001, 0, 2), (40_000_000_000, 0.99, 50),
            (Int64.max, 0.5, 600), (599_000_000_000, 0.9, 600),
        ] as [(Int64, Double, Int)])
    func retryAfter(nanoseconds: Int64, jitter: Double, seconds: Int) {
        #expect(RateWait.seconds(nanoseconds, jitter: jitter) == seconds)
    }

    @Test("Addresses of one customer count as one: an IPv4 address, or an IPv6 /64")
    func addresses() {
        #expect(AddressKey("192.0.2.1") != AddressKey("192.0.2.2"))
        #expect(AddressKey("2001:db8:0:1::1") == AddressKey("2001:db8:0:1:ffff::"))
        #expect(AddressKey("2001:db8:0:1::1") != AddressKey("2001:db8:0:2::1"))
    }

    @Test("A device that asks too often is told when to come again, on any connection, and another one is not")
    func device() async throws {
        var limits = TestGate.patient
        limits.perDevice = Rate(3, per: .seconds(3600))
        let (sensor, other) = (try Identity.sensor.get(), try Identity.other.get())
        try await TestGate.serving(limits: limits) { gate in
            for _ in 0..<3 { #expect(try await gate.status([gate.url + "/"], as: sensor) == 200) }
            let refused = try await gate.curl(["--include", gate.url + "/"], as: sensor).text
            #expect(refused.hasPrefix("HTTP/1.1 429 ") && refused.contains("\"code\":\"too-many-requests\""))
            let wait = try #require(refused.firstMatch(of: /\r\nretry-after: (\d+)\r\n/).flatMap { Int($0.1) })
            #expect((1...600).contains(wait))
            #expect(try await gate.status([gate.url + "/"], as: other) == 200)
            // By a proxy it is the same device.
            let header = "x-ssl-client-cert: " + String(decoding: ProxyTests.base64(sensor), as: UTF8.self)
            let proxied = ["--unix-socket", gate.folder["proxy.sock"], "--header", header, "http://gate/"]
            #expect(try await gate.status(proxied) == 429)
            #expect(gate.responder.count == 4)
            #expect(try await gate.sample("rotation_gate_refusals_total{code=too-many-requests}") == 2)
        }
    }

    @Test("An address that comes too often without a certificate is refused; a device from there is not")
    func strangers() async throws {
        var limits = TestGate.patient
        limits.strangers = Rate(4, per: .seconds(3600))
        let sensor = try Identity.sensor.get()
        try await TestGate.serving(limits: limits) { gate in
            // A handshake with its first request is one, each request after it another.
            let two = ["--output", "/dev/null", "--output", "/dev/null", "--write-out", "%{http_code} "]
            for expected in ["200 200 ", "200 200 ", "429 429 "] {
                #expect(try await gate.curl(two + [gate.url + "/", gate.url + "/"]).text == expected)
            }
            let refused = try await gate.curl(["--include", gate.url + "/"]).text
            #expect(refused.contains("connection: close") && refused.contains("retry-after: "))
            #expect(try await gate.status([gate.url + "/"], as: sensor) == 200)
            let proxied = ["--unix-socket", gate.folder["proxy.sock"], "http://gate/"]
            #expect(try await gate.status(["--header", "x-forwarded-for: 127.0.0.1"] + proxied) == 429)
            #expect(try await gate.status(["--header", "x-forwarded-for: 127.0.0.2"] + proxied) == 200)
        }
    }
}

import Testing

@testable import Gate

/// Requests that could be read in two ways, or are too large: refused, and the connection ends.
@Suite("Requests that the server refuses to make sense of")
struct FramingTests {
    struct Case: CustomTestStringConvertible {
        let what: String
        let steps: [Step]
        let status: Int
        var code = "bad-request"
        var testDescription: String { what }

        init(_ what: String, _ text: String, _ status: Int = 400, code: String = "bad-request") {
            self.init(what, [.send(text)], status, code: code)
        }

        init(_ what: String, _ steps: [Step], _ status: Int, code: String) {
            (self.what, self.steps, self.status, self.code) = (what, steps, status, code)
        }
    }

    static let cases = [
        Case("two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc"),
        Case("one length twice", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        Case("two lengths in one line", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc"),
        Case(
            "chunked with a length",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case(
            "a length behind chunked",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
        Case("another coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Case("chunked twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        Case("not quite chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        Case("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case("a negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
        Case("a length with a sign", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc"),
        Case("a length in hexadecimal", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc"),
        Case("a chunk's size that is none", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Case("a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        Case("a line that goes on in the next", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"),
        Case("a NUL in a header", "GET / HTTP/1.1\r\nHost: a\r\nX: b\u{0}c\r\n\r\n"),
        Case("a path without a slash", "GET v1/manifest HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("a whole URL", "GET http://gate/v1/manifest HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("an asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("a NUL in the path", "GET /v1/manifest\u{0} HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("an encoded NUL in the path", "GET /v1/crl/a%00.crl HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("a fragment", "GET /v1/manifest#a HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("bytes beyond ASCII in the path", "GET /v1/manifest?\u{CC}\u{81} HTTP/1.1\r\nHost: a\r\n\r\n"),
        Case("no host", "GET / HTTP/1.1\r\n\r\n"),
        Case("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        Case("no HTTP", "hello\r\n\r\n", 501),
        Case("a method of no known name", "FROBNICATE / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        Case("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Case("an expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nContent-Length: 1\r\n\r\n", 417),
        Case(
            "a body that says it is too large", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16385\r\n\r\n", 413,
            code: "too-large"),
        Case(
            "a length that no number holds",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        Case(
            "chunks that get too large",
            [
                .send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
                .repeat("1000\r\n" + String(repeating: "x", count: 4096) + "\r\n", 5),
            ], 413, code: "too-large"),
        Case(
            "chunks with a tail that never ends",
            [
                .send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
                .repeat("1;a=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\nx\r\n", 8000),
            ], 413, code: "too-large"),
        Case(
            "many headers", [.send("GET / HTTP/1.1\r\nHost: a\r\n"), .repeat("X: y\r\n", 200), .send("\r\n")], 431,
            code: "too-large"),
        Case(
            "headers without end", [.send("GET / HTTP/1.1\r\nHost: a\r\n"), .repeat("X: y\r\n", 100_000)], 431,
            code: "too-large"),
        Case(
            "one long header",
            [.send("GET / HTTP/1.1\r\nHost: a\r\nX: "), .repeat("y", 20_000), .send("\r\n\r\n")], 431, code: "too-large"
        ),
        Case("empty lines without end", [.repeat("\r\n", 40_000)], 431, code: "too-large"),
        Case(
            "a long path", [.send("GET /"), .repeat("y", 9000), .send(" HTTP/1.1\r\nHost: a\r\n\r\n")], 414,
            code: "too-large"),
        Case("a path without end", [.send("GET /"), .repeat("y", 1_000_000)], 431, code: "too-large"),
    ]

    @Test("Each has an answer that says why, ends the connection, and reaches no route", arguments: cases)
    func refused(_ one: Case) async throws {
        try await TestGate.serving { gate in
            // A second request, which another reader could see in there.
            let heard = try await gate.say(one.steps + [.send("\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")])
            #expect(heard.statuses == [one.status], "\(heard.text)")
            #expect(heard.codes == [one.code])
            #expect(heard.text.contains("\r\nconnection: close\r\n"))
            #expect(heard.text.contains("\r\ncontent-type: application/problem+json\r\n"))
            #expect(gate.responder.count == 0)
        }
    }

    @Test(
        "The same holds inside TLS, and the answer is not lost to a reset",
        arguments: cases.filter {
            ["two lengths", "chunked with a length", "chunks that get too large", "many headers"].contains($0.what)
        })
    func insideTLS(_ one: Case) async throws {
        try await TestGate.serving { gate in
            let heard = try await gate.say(one.steps, by: .tls)
            #expect(heard.statuses == [one.status], "\(heard.text)")
            #expect(heard.codes == [one.code] && gate.responder.count == 0)
        }
    }

    @Test("What stands behind a good request does not undo its answer")
    func behind() async throws {
        try await TestGate.serving { gate in
            let heard = try await gate.say([
                .send("GET /good HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: x\r\n\r\n")
            ])
            #expect(heard.statuses.first == 200 && gate.responder.count == 1, "\(heard.text)")
        }
    }

    @Test("A client that would go on in another protocol is answered, and the connection ends")
    func upgrade() async throws {
        try await TestGate.serving { gate in
            let heard = try await gate.say([
                .send("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
            ])
            #expect(heard.statuses == [200] && heard.text.contains("connection: close"))
        }
    }

    @Test("Who is refused while it still sends hears why", arguments: TestGate.Way.allCases)
    func stillSending(way: TestGate.Way) async throws {
        try await TestGate.serving { gate in
            let pieces = 5000
            let piece = String(repeating: "x", count: 1000)
            let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(pieces * piece.count)\r\n\r\n"
            let heard = try await gate.say([.send(head), .repeat(piece, pieces)], by: way)
            #expect(heard.statuses == [413] && !heard.wasReset)
        }
    }
}

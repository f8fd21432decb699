import NIOHTTP1

/// What a request's line and headers must be before anything is made of them: what proxies and servers could read in two ways is refused
/// (RFC 9112, 11.2), beyond what NIO's parser refuses itself.
enum HeadCheck {
    /// Bytes of a request's target.
    private static let longestTarget = 8 * 1024

    /// What is wrong; nil where nothing is.
    static func problem(with head: HTTPRequestHead) -> Problem? {
        guard head.version.major == 1 else { return bad("HTTP/1.1 is spoken here") }
        guard head.uri.utf8.count <= longestTarget else {
            return Problem(414, "too-large", "the request's target is longer than \(longestTarget) bytes")
        }
        guard head.uri.hasPrefix("/") else { return bad("the request's target does not start with a slash") }
        guard head.uri.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
            return bad("the request's target holds a character that it may not")
        }
        guard !path(of: head).contains("%00") else { return bad("the path holds a NUL") }
        return framingProblem(head) ?? hostProblem(head) ?? expectationProblem(head)
    }

    /// Without the query. By bytes: what follows a question mark in a character of several scalars is a query too.
    static func path(of head: HTTPRequestHead) -> String {
        String(decoding: head.uri.utf8.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
    }

    /// What stands behind the first question mark; nil where there is none.
    static func query(of head: HTTPRequestHead) -> String? {
        let bytes = head.uri.utf8
        return bytes.firstIndex(of: UInt8(ascii: "?")).map {
            String(decoding: bytes[bytes.index(after: $0)...], as: UTF8.self)
        }
    }

    private static func framingProblem(_ head: HTTPRequestHead) -> Problem? {
        let lengths = head.headers[canonicalForm: "content-length"]
        let codings = head.headers[canonicalForm: "transfer-encoding"]
        guard head.headers["content-length"].count <= 1, lengths.count <= 1 else {
            return bad("there is more than one Content-Length")
        }
        guard lengths.isEmpty || codings.isEmpty else { return bad("there are Content-Length and Transfer-Encoding") }
        if let length = lengths.first {
            guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return bad("Content-Length is not a number")
            }
            guard let count = Int(length), count <= ServerLimits.largestBody else { return HeadCheck.bodyTooLarge }
        }
        guard !codings.isEmpty else { return nil }
        guard codings.count == 1, codings[0].lowercased() == "chunked", head.version == .http1_1 else {
            return bad("Transfer-Encoding may be `chunked` alone, in HTTP/1.1")
        }
        return nil
    }

    private static func hostProblem(_ head: HTTPRequestHead) -> Problem? {
        let hosts = head.headers["host"].count
        guard hosts == 1 || (hosts == 0 && head.version == .http1_0) else {
            return bad("a request has one Host header")
        }
        return nil
    }

    private static func expectationProblem(_ head: HTTPRequestHead) -> Problem? {
        let expectations = head.headers[canonicalForm: "expect"]
        guard expectations.allSatisfy({ $0.lowercased() == "100-continue" }) else {
            return Problem(417, "bad-request", "the only expectation that is met is 100-continue")
        }
        return nil
    }

    static let bodyTooLarge = Problem(
        413, "too-large", "a request's body has at most \(ServerLimits.largestBody) bytes")
    static let headTooLarge = Problem(
        431, "too-large",
        "a request's headers have at most \(ServerLimits.largestHead) bytes and are at most \(ServerLimits.mostHeaders)"
    )

    static func bad(_ detail: String) -> Problem { Problem(400, "bad-request", detail) }

    /// What NIO's parser found.
    static func problem(with error: HTTPParserError) -> Problem {
        switch error {
        case .headerOverflow: headTooLarge
        case .invalidMethod: Problem(501, "bad-request", "the request's method is not known")
        case .unexpectedContentLength:
            bad("there is more than one Content-Length, or one beside Transfer-Encoding")
        case .invalidContentLength: bad("Content-Length is not a number")
        case .invalidChunkSize: bad("a chunk's size is not a number")
        case .invalidVersion: bad("HTTP/1.1 is spoken here")
        case .invalidHeaderToken: bad("a header's name or value holds a character that it may not")
        case .invalidURL, .invalidPath, .invalidQueryString, .invalidFragment, .invalidHost, .invalidPort:
            bad("the request's target cannot be read")
        default: bad("the request is not of HTTP/1.1")
        }
    }

    /// Whether the connection can go on after the answer: not where the client would go on in another protocol.
    static func mayKeepAlive(_ head: HTTPRequestHead) -> Bool {
        head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "upgrade")
    }

    static func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        head.version == .http1_1 && head.headers.contains(name: "expect")
    }
}

import NIOCore
import NIOHTTP1
import RotationModel

/// A response as HTTP/1.1 writes it (RFC 9112, 4).
struct ResponseBytes {
    /// Status line and headers.
    let head: String
    let body: [UInt8]

    /// - Parameters:
    ///   - method: Of the request: `HEAD` gets no body.
    ///   - closes: Whether the connection ends after it.
    init(_ response: GateResponse, to method: String, closes: Bool, at now: Timestamp) {
        let status = HTTPResponseStatus(statusCode: response.status)
        var text = "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n"
        var isCacheSaid = false
        for (name, value) in response.headers where ResponseBytes.mayBeSent(name, value) {
            text += "\(name): \(value)\r\n"
            if name.lowercased() == "cache-control" { isCacheSaid = true }
        }
        let hasBody = status.mayHaveResponseBody
        if hasBody { text += "content-length: \(response.body.count)\r\n" }
        text += "date: \(HTTPDate.text(now))\r\n"
        if !isCacheSaid { text += "cache-control: no-store\r\n" }
        if closes { text += "connection: close\r\n" }
        head = text + "\r\n"
        body = hasBody && method != "HEAD" ? response.body : []
    }

    /// What the server says itself is not said twice; what could end a line is not said at all.
    private static func mayBeSent(_ name: String, _ value: String) -> Bool {
        let isToken = !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
        let isClean = value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
        return isToken && isClean
            && !["content-length", "transfer-encoding", "connection", "date"].contains(name.lowercased())
    }
}

import NIOCore
import NIOHTTP1

/// What has come of a request.
struct IncomingRequest {
    /// Bytes that a request's line and its line ends may have beyond its headers.
    static let slack = 8 * 1024

    private(set) var head: HTTPRequestHead?
    /// When its headers were whole.
    private(set) var began: Int64?
    private var body: [UInt8] = []
    /// Whether the limit for strangers has counted it, with the handshake.
    var isPaidFor = false

    var method: String { head?.method.rawValue ?? "" }
    /// Without the query.
    var path: String { head.map(HeadCheck.path) ?? "" }

    mutating func begin(_ head: HTTPRequestHead, at now: Int64) { (self.head, began, body) = (head, now, []) }

    /// - Returns: False where the body gets too large.
    mutating func append(_ buffer: ByteBuffer) -> Bool {
        guard body.count + buffer.readableBytes <= ServerLimits.largestBody else { return false }
        body.append(contentsOf: buffer.readableBytesView)
        return true
    }

    mutating func reset() { (head, began, body) = (nil, nil, []) }

    /// Without what a proxy says, which is no business of routes, whoever wrote it.
    func whole(_ head: HTTPRequestHead) -> GateRequest {
        var headers: [(name: String, value: String)] = []
        for (name, value) in head.headers {
            let name = name.lowercased()
            if !ProxyHeaders.all.contains(name) { headers.append((name, value)) }
        }
        return GateRequest(
            method: method, path: path, query: HeadCheck.query(of: head), headers: headers, body: body)
    }
}

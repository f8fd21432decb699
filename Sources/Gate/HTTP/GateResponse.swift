/// What a route answers. The server adds `Content-Length`, `Date` and what the connection needs.
package struct GateResponse: Sendable, Equatable {
    /// An HTTP status code (RFC 9110, 15).
    package var status: Int
    /// By name, in their order.
    package var headers: [(name: String, value: String)]
    /// To HEAD the one that GET would have: the server sends its length, and not it (RFC 9110, 9.3.2).
    package var body: [UInt8]
    /// Why the request was refused, for the access log and the metrics; nil where it was not.
    package var refusal: String?

    package init(
        _ status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], refusal: String? = nil
    ) {
        (self.status, self.headers, self.body, self.refusal) = (status, headers, body, refusal)
    }

    package static func == (left: GateResponse, right: GateResponse) -> Bool {
        left.status == right.status && left.body == right.body && left.refusal == right.refusal
            && left.headers.elementsEqual(right.headers, by: ==)
    }
}

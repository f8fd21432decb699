/// What a body is (RFC 9110, 8.3).
enum MediaType {
    /// - Throws: 415 where the request's body is not said to be of the type, or is encoded.
    static func require(_ type: String, of request: GateRequest) throws(Problem) {
        let stated = request.header("content-type")
        let essence = stated?.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
        guard essence == type else {
            throw Problem(
                415, "unsupported-media-type",
                stated == nil ? "the body has no Content-Type; send \(type)" : "the body is not \(type); send that")
        }
        let encoding = request.header("content-encoding")?.lowercased() ?? "identity"
        guard encoding == "identity", request.headers.count(where: { $0.name == "content-encoding" }) <= 1 else {
            throw Problem(
                415, "unsupported-media-type", "the body is encoded; send it as it is, without Content-Encoding")
        }
    }

    /// - Throws: 413.
    static func limit(_ request: GateRequest, to largest: Int) throws(Problem) {
        guard request.body.count <= largest else {
            throw Problem(
                413, "too-large", "the body is \(request.body.count) bytes long; at most \(largest) are taken")
        }
    }
}

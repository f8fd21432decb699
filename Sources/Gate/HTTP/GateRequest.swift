/// An HTTP request as a route sees it: whole, bounded, and without the server that read it.
package struct GateRequest: Sendable, Equatable {
    /// As it was sent: methods are told apart by case (RFC 9110, 9.1).
    package let method: String
    /// The path as it was sent, percent-encoded; without the query.
    package let path: String
    /// What stands behind the path's question mark, as it was sent; nil where there is none.
    package let query: String?
    /// By name in lower case, in their order.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(
        method: String, path: String, query: String? = nil, headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        (self.method, self.path, self.query, self.headers, self.body) = (method, path, query, headers, body)
    }

    /// The value of a header that may be there once; nil where it is not there, or more than once.
    ///
    /// - Parameter name: In lower case.
    package func header(_ name: String) -> String? {
        let found = headers.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }

    package static func == (left: GateRequest, right: GateRequest) -> Bool {
        left.method == right.method && left.path == right.path && left.query == right.query && left.body == right.body
            && left.headers.elementsEqual(right.headers, by: ==)
    }
}

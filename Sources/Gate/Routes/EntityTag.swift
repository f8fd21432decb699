import PKI
import RotationModel

/// Which edition of a document a client has (RFC 9110, 8.8.3).
enum EntityTag {
    /// By what the document is.
    static func of(_ bytes: [UInt8]) -> String { "\"\(SHA256.digest(bytes).hex.prefix(32))\"" }

    /// Whether the client has that edition already (RFC 9110, 13.1.2). Weak and strong tags count alike.
    static func isKnown(_ tag: String, to request: GateRequest) -> Bool {
        request.headers.lazy.filter { $0.name == "if-none-match" }.contains { header in
            header.value.split(separator: ",").contains { listed in
                let listed = listed.trimmingSpaces
                return listed == "*" || listed == tag || listed == "W/\(tag)"
            }
        }
    }

    /// The document, or 304 where the client has it.
    static func answer(_ request: GateRequest, tag: String, type: String, _ body: [UInt8]) -> GateResponse {
        let validators = [("etag", tag), ("cache-control", "private, no-cache")]
        if isKnown(tag, to: request) { return GateResponse(304, headers: validators) }
        return GateResponse(200, headers: [("content-type", type)] + validators, body: body)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}

import Basics

/// Why a request was refused, for programs and for the people who write them (RFC 9457).
package struct Problem: Sendable, Equatable {
    package let status: Int
    /// Stable, and the same word as in the reasons of the inbox where it is the same reason.
    package let code: String
    /// What is wrong, and what to do.
    package let detail: String

    package init(_ status: Int, _ code: String, _ detail: String) {
        (self.status, self.code, self.detail) = (status, code, detail)
    }

    /// - Parameter retryAfter: in seconds (RFC 9110, 10.2.3).
    package func response(retryAfter: Int? = nil) -> GateResponse {
        var json = JSONWriter(reservingCapacity: 256)
        json.object { json in
            json.member("status", status)
            json.member("code", code)
            json.member("detail", detail)
        }
        var headers = [("content-type", "application/problem+json")]
        if let retryAfter { headers.append(("retry-after", String(retryAfter))) }
        return GateResponse(status, headers: headers, body: json.drain(), refusal: code)
    }
}

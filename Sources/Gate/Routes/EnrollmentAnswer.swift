import Basics
import PKI
import System

/// Answers of EST, in base64 (RFC 8951, 3.1).
enum EnrollmentAnswer {
    /// Every EST client reads one line and a line feed, but libest, which reads lines of 64 characters alone.
    static func base64(_ der: [UInt8], for request: GateRequest) -> [UInt8] {
        let text = Array(Base64.encode(der).utf8)
        let isLibest = request.header("user-agent")?.lowercased().hasPrefix("libest") ?? false
        guard isLibest else { return text + [UInt8(ascii: "\n")] }
        return text.chunked(by: 64).flatMap { $0 + [UInt8(ascii: "\n")] }
    }

    static func certificates(
        _ certificates: [[UInt8]], type: String, for request: GateRequest
    ) -> GateResponse {
        response(CertificatesOnly.encode(certificates), type: type, for: request)
    }

    static func response(_ der: [UInt8], type: String, for request: GateRequest) -> GateResponse {
        GateResponse(
            200, headers: [("content-type", type), ("content-transfer-encoding", "base64")],
            body: base64(der, for: request))
    }
}

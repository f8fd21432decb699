import Basics
import Intake
import PKI
import Planning

/// A CSR as clients send it.
enum RequestBody {
    /// DER, PEM, or the base64 of EST (RFC 8951, 3.1), whatever Content-Transfer-Encoding says or does not say.
    ///
    /// - Throws: 413, 415; 400 with the code that the inbox refuses such a file with.
    static func read(_ request: GateRequest, authorities: KnownAuthorities) throws(Problem) -> CertificateRequest {
        try MediaType.require("application/pkcs10", of: request)
        try MediaType.limit(request, to: CertificateRequest.largest)
        do {
            return try RequestScreen(authorities: authorities).read(bytes(request.body))
        } catch {
            throw Problem(400, error.code.rawValue, error.text)
        }
    }

    private static func bytes(_ body: [UInt8]) -> [UInt8] {
        // DER begins with a SEQUENCE; base64 of one with "MI", and PEM with text or dashes.
        guard body.first != 0x30, let der = Base64.decode(body), !der.isEmpty else { return body }
        return der
    }
}

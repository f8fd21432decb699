import PKI

/// Certificates, DER or PEM (RFC 5280).
struct CertificateTarget: FuzzedReader {
    func read(_ bytes: [UInt8]) throws -> FuzzTarget.Outcome {
        guard let certificate = try accepted({ try Certificate(reading: bytes) }) else { return .refused }
        try require(
            try Certificate(der: certificate.der) == certificate, "a certificate is another one when it is read again")
        try require(
            try Certificate(reading: Array(certificate.pem.utf8)) == certificate,
            "a certificate is another one when it went through PEM")
        // Whether the answer is yes or no is the bytes' business; that there is one, the verifier's.
        _ = try accepted { try certificate.isSigned(by: certificate.publicKey) }
        return .accepted
    }
}

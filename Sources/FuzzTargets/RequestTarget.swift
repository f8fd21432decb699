import PKI

/// Certification requests, DER or PEM (RFC 2986), with their proof of possession.
struct RequestTarget: FuzzedReader {
    func read(_ bytes: [UInt8]) throws -> FuzzTarget.Outcome {
        guard let request = try accepted({ try CertificateRequest(reading: bytes) }) else { return .refused }
        let again = try CertificateRequest(reading: request.der)
        try require(again.publicKey == request.publicKey, "a CSR has another key when it is read again")
        let proved: Void? = try accepted { try ProofOfPossession().verify(request) }
        return proved == nil ? .refused : .accepted
    }
}

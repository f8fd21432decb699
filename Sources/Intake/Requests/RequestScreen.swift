import PKI
import Planning
import RotationModel

/// What can be said of a CSR without looking anything up: whether it is one, whether its key is one for a device, and whether who made it
/// holds the key.
package struct RequestScreen: Sendable {
    /// Whose keys no device may have.
    private let authorities: KnownAuthorities

    package init(authorities: KnownAuthorities) { self.authorities = authorities }

    /// Reads a CSR that came over a network: nobody but who sent it has seen it.
    ///
    /// - Parameter bytes: PEM or DER.
    /// - Throws: as the inbox refuses a file with these bytes.
    package func read(_ bytes: [UInt8]) throws(RequestRefusal) -> CertificateRequest {
        guard EnclosedPrivateKey.inPEM(bytes).isEmpty else { throw RequestRefusal.privateKeyIncluded }
        do throws(RequestRefusal) {
            return try request(bytes, ProofOfPossession())
        } catch {
            guard error.code == .malformed, !EnclosedPrivateKey.inDER(bytes).isEmpty else { throw error }
            throw RequestRefusal.privateKeyIncluded
        }
    }

    /// - Parameter proof: that of the worker.
    func request(_ bytes: [UInt8], _ proof: ProofOfPossession) throws(RequestRefusal) -> CertificateRequest {
        let request: CertificateRequest
        do {
            request = try CertificateRequest(reading: bytes)
        } catch {
            throw RequestRefusal(.malformed, error)
        }
        // A weak key's signature proves nothing, and is not looked at.
        let weakness = authorities.weakness(of: request.publicKey.identity) ?? request.publicKey.weakness
        if let weakness { throw RequestRefusal(.weakKey, weakness) }
        switch request.publicKey.algorithm {
        case .rsa, .ecdsaP256, .ecdsaP384, .ecdsaP521: break
        case .dsa, .ed25519, .other:
            throw RequestRefusal(
                .keyNotAllowed, "a key of kind \(request.publicKey.algorithm.name) is not allowed for devices")
        }
        do {
            try proof.verify(request)
        } catch {
            throw RequestRefusal(.proofOfPossession, error)
        }
        return request
    }
}

import COpenSSL
import RotationModel

/// Checks the signatures of CSRs: that who made one holds the private key (RFC 2986, 4.2).
///
/// One serves one worker: it keeps a key of each curve, into which it only sets the point of the request at hand. That costs a fraction of
/// decoding the key, as OpenSSL would.
package final class ProofOfPossession {
    private var curves: [NamedCurve: CurveVerifier] = [:]

    package init() {}

    /// - Throws: ``RotationError/Code/badInput`` with the reason: the signature is not by the key in the request, the key is no point of its
    ///   curve, or the key or the signature algorithm is not one that is taken (ECDSA on P-256, P-384 or P-521, RSA of 2048 to 4096 bits by
    ///   PKCS#1 v1.5 or PSS, each with SHA-256, SHA-384 or SHA-512).
    package func verify(_ request: CertificateRequest) throws(RotationError) {
        let identifier = request.signatureIdentifier
        switch (request.publicKey.material, identifier.algorithm) {
        case (.ec(let curve, let point), .ecdsaWithSHA256), (.ec(let curve, let point), .ecdsaWithSHA384),
            (.ec(let curve, let point), .ecdsaWithSHA512):
            // One key, one encoding: else a device could pass its old key off as a new one.
            guard point.first == 0x04 else {
                throw RotationError(
                    .badInput, "the CSR's EC point is compressed", advice: "write it uncompressed (SEC 1, 2.3.3)")
            }
            try verify(request, curve, point, identifier)
        case (.rsa(_, _, let use), .sha256WithRSA), (.rsa(_, _, let use), .sha384WithRSA),
            (.rsa(_, _, let use), .sha512WithRSA), (.rsa(_, _, let use), .rsassaPSS):
            try check(use, of: request)
            try verifyRSA(request, identifier)
        default: throw refusal(of: request)
        }
    }

    private func refusal(of request: CertificateRequest) -> RotationError {
        let key = ObjectName.describe(request.publicKey.algorithm.description)
        let signature = request.signatureIdentifier.text
        let advice =
            "ECDSA on P-256, P-384 or P-521 and RSA of \(ProofOfPossession.leastRSA) to \(ProofOfPossession.mostRSA) bits are "
            + "taken, with SHA-256, SHA-384 or SHA-512"
        switch request.publicKey.material {
        case .opaque: return RotationError(.badInput, "the CSR's key is \(key)", advice: advice)
        default:
            return RotationError(
                .badInput, "the CSR has a key of \(key) and a signature by \(signature)", advice: advice)
        }
    }

    /// An id-RSASSA-PSS key must allow the CSR's signature, and that of the confirmation which the device is to make next.
    private func check(_ use: RSAKeyUse, of request: CertificateRequest) throws(RotationError) {
        guard case .pss(let restriction) = use else { return }
        let demand = restriction?.demand ?? "RSASSA-PSS"
        guard use.allows(request.signatureIdentifier.pss) else {
            throw RotationError(
                .badInput,
                "the CSR's key is for \(demand) alone, and its signature by \(request.signatureIdentifier.text)",
                advice: "sign it as the key demands (RFC 4055, 3.3)")
        }
        guard use.allows(PSSParameters(signing: .sha256)) else {
            throw RotationError(
                .badInput, "the CSR's key is for \(demand) alone",
                advice:
                    "a device confirms with PS256, which is RSASSA-PSS with SHA-256 and a salt of 32 bytes: make a key that may"
            )
        }
    }

    private static let leastRSA = 2048
    private static let mostRSA = 4096

    private func verify(
        _ request: CertificateRequest, _ curve: NamedCurve, _ point: ArraySlice<UInt8>,
        _ identifier: SignatureIdentifier
    ) throws(RotationError) {
        guard let hash = identifier.hash else { throw refusal(of: request) }
        let verifier: CurveVerifier
        if let kept = curves[curve] {
            verifier = kept
        } else {
            verifier = try CurveVerifier(curve)
            curves[curve] = verifier
        }
        let digest = try hash.digest(request.signed)
        guard try verifier.verify(request.signature, of: digest, by: point) else {
            throw ProofOfPossession.wrongSignature
        }
    }

    private func verifyRSA(_ request: CertificateRequest, _ identifier: SignatureIdentifier) throws(RotationError) {
        if case .rsa(let bits) = request.publicKey.algorithm, bits > ProofOfPossession.mostRSA {
            throw RotationError(
                .badInput, "the CSR's key is RSA-\(bits)",
                advice: "at most \(ProofOfPossession.mostRSA) bits are taken")
        }
        // A weak key may be slow to check too (an exponent as long as the modulus), and will be refused anyway.
        if let weakness = request.publicKey.weakness {
            throw RotationError(.badInput, "the CSR's key is weak: \(weakness)")
        }
        if identifier.isWeak { throw refusal(of: request) }
        let verified = try SignatureVerification.verify(
            request.signature, of: request.signed, by: request.publicKey, hash: identifier.hash ?? .sha256,
            padding: identifier.pss.map { .pss(mask: $0.maskHash, saltLength: $0.saltLength) } ?? .pkcs1)
        guard verified else { throw ProofOfPossession.wrongSignature }
    }

    private static let wrongSignature = RotationError(
        .badInput, "the CSR's signature does not prove possession of its key",
        advice: "sign the request with the private key of the public key in it")
}

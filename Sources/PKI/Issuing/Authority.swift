import COpenSSL
import RotationModel

/// A certificate authority that this job may sign for.
package final class Authority: Sendable {
    /// Its name in the configuration.
    package let name: String
    package let certificate: Certificate
    /// The certificates above its own that a device needs, nearest first.
    package let chain: [Certificate]
    let key: PrivateKey
    /// As ``PrivateKey/tokenSessions``.
    package var tokenSessions: Int? { key.tokenSessions }
    /// What stands in the AuthorityKeyIdentifier of what it issues.
    let keyIdentifier: [UInt8]

    /// - Throws: ``RotationError/Code/configuration`` where the key is not the certificate's, or the certificate is not one of an authority that
    ///   may sign certificates, or a certificate of the chain is none.
    package init(name: String, certificate: Certificate, chain: [Certificate] = [], key: PrivateKey)
        throws(RotationError)
    {
        let place = "authority \(name)"
        guard try Authority.matches(key, certificate.publicKey) else {
            throw RotationError(
                .configuration, "the key is not that of the certificate of \(certificate.subject)", at: place,
                advice: "name the key file that belongs to it")
        }
        try Authority.checkMaySign(certificate, at: place)
        for (number, above) in chain.enumerated() {
            try Authority.checkMaySign(above, at: "\(place), certificate \(number + 1) of its chain")
        }
        self.name = name
        self.certificate = certificate
        self.chain = chain
        self.key = key
        if let identifier = certificate.subjectKeyIdentifier {
            keyIdentifier = identifier
        } else {
            keyIdentifier = try certificate.publicKey.keyIdentifier()
        }
    }

    /// - Throws: ``RotationError/Code/configuration`` where the certificate is not valid yet, or not any more.
    package func check(at now: Timestamp) throws(RotationError) {
        guard now >= certificate.notBefore else {
            throw RotationError(
                .configuration, "the certificate is not valid before \(certificate.notBefore)", at: "authority \(name)",
                advice: "check the clock, or wait")
        }
        guard now <= certificate.notAfter else {
            throw RotationError(
                .configuration, "the certificate expired at \(certificate.notAfter)", at: "authority \(name)",
                advice: "put its successor into the configuration")
        }
    }

    private static func checkMaySign(_ certificate: Certificate, at place: String) throws(RotationError) {
        guard certificate.isAuthority else {
            throw RotationError(
                .configuration, "the certificate of \(certificate.subject) is not one of an authority", at: place,
                advice: "its BasicConstraints must say CA (RFC 5280, 4.2.1.9)")
        }
        guard certificate.keyUsage?.contains(.keyCertSign) ?? true else {
            throw RotationError(
                .configuration, "the certificate of \(certificate.subject) may not sign certificates", at: place,
                advice: "its KeyUsage must have keyCertSign (RFC 5280, 4.2.1.3)")
        }
    }

    /// Two encodings of one key are equal: compared is what they mean.
    private static func matches(_ key: PrivateKey, _ publicKey: PublicKeyInfo) throws(RotationError) -> Bool {
        if key.publicKey == publicKey { return true }
        // An RSA key is the same whether it is written as rsaEncryption or as id-RSASSA-PSS.
        if case .rsa(let modulus, let exponent, _) = publicKey.material,
            case .rsa(let ownModulus, let ownExponent, _) = key.publicKey.material
        {
            return modulus == ownModulus && exponent == ownExponent
        }
        let other: KeyHandle
        do {
            other = try KeyHandle(subjectPublicKeyInfo: publicKey.der)
        } catch {
            throw RotationError(.configuration, "the certificate's key cannot be used: \(error.message)")
        }
        defer { OpenSSLErrors.clear() }
        return EVP_PKEY_eq(key.handle.pointer, other.pointer) == 1
    }
}

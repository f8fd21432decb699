import PKI
import RotationModel

/// An authority that protects nothing, and certificates of devices under it.
package struct ThrowawayPKI: Sendable {
    package let now: Timestamp
    package let authority: Authority
    package let key: PrivateKey

    /// An authority valid from 900 days before `now` until 3650 days after.
    ///
    /// - Parameters:
    ///   - algorithm: Of its key: any that can sign certificates.
    ///   - subject: Its common name.
    package init(
        now: Timestamp, algorithm: KeyAlgorithm = .ecdsaP256, name: String = "fleet-ca-1",
        subject: String = "Example Fleet CA 1"
    ) throws(RotationError) {
        try self.init(now: now, key: PrivateKey.generate(algorithm), name: name, subject: subject)
    }

    /// With a key that is there already.
    package init(
        now: Timestamp, key: PrivateKey, name: String = "fleet-ca-1", subject: String = "Example Fleet CA 1"
    ) throws(RotationError) {
        self.now = now
        self.key = key
        let certificate = try SelfSigned.authority(
            subject: ThrowawayPKI.name(subject), key: key, notBefore: now - .days(900), notAfter: now + .days(3650),
            serial: ThrowawayPKI.serial(subject))
        authority = try Authority(name: name, certificate: certificate, key: key)
    }

    /// `CN=…,O=Example Devices`
    package static func name(_ commonName: String) -> DistinguishedName {
        DistinguishedName([
            NameComponent(.commonName, commonName), NameComponent(.organization, "Example Devices"),
        ])
    }

    /// A serial number that follows from a text, so that a fixture is the same each time.
    package static func serial(_ text: String) -> SerialNumber {
        var generator = SeededGenerator(seed: SHA256.digest(Array(text.utf8)).firstWord)
        return SerialNumber.random(using: &generator)
    }

    /// What signs certificates for clients under the authority.
    ///
    /// - Parameter signature: By default the one that fits the authority's key.
    package func signer(_ signature: SignatureAlgorithm? = nil) throws(RotationError) -> CertificateSigner {
        guard let algorithm = signature ?? SigningAbility(of: key.publicKey).signatures.first else {
            throw RotationError(.configuration, "a key of \(key.publicKey.algorithm) cannot sign certificates")
        }
        let profile = CertificateProfile(
            signature: algorithm, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth])
        return try CertificateSigner(authority: authority, profile: profile)
    }

    /// A device's certificate that has `left` to go of its `lifetime` at `now`; less than nothing where it has expired.
    package func certificate(
        device: String, key: PublicKeyInfo, lifetime: TimeSpan = .days(90), left: TimeSpan = .days(60),
        signature: SignatureAlgorithm? = nil
    ) throws(RotationError) -> Certificate {
        let notAfter = now + left
        return try signer(signature).sign(
            CertificateOrder(
                serialNumber: ThrowawayPKI.serial("\(device) \(notAfter)"), subject: ThrowawayPKI.name(device),
                subjectAlternativeNames: [], notBefore: notAfter - lifetime, notAfter: notAfter, publicKey: key))
    }

    /// The same with a fresh key of the algorithm.
    package func device(
        _ device: String, algorithm: KeyAlgorithm = .ecdsaP256, lifetime: TimeSpan = .days(90),
        left: TimeSpan = .days(60),
        signature: SignatureAlgorithm? = nil
    ) throws(RotationError) -> (certificate: Certificate, key: PrivateKey) {
        let key = try PrivateKey.generate(algorithm)
        let certificate = try certificate(
            device: device, key: key.publicKey, lifetime: lifetime, left: left, signature: signature)
        return (certificate, key)
    }
}

/// Makes CSRs as devices do.
package enum CertificateRequestMaker {
    /// PKCS#10 in DER.
    package static func make(
        key: PrivateKey, subject: DistinguishedName, signature: SignatureAlgorithm? = nil
    ) throws(RotationError) -> [UInt8] {
        try RequestSigner.make(key: key, subject: subject, signature: signature)
    }

    /// PKCS#10 in PEM.
    package static func makePEM(
        key: PrivateKey, subject: DistinguishedName, signature: SignatureAlgorithm? = nil
    ) throws(RotationError) -> [UInt8] {
        PEM.encode("CERTIFICATE REQUEST", try make(key: key, subject: subject, signature: signature))
    }
}

import RotationModel

/// What is the same for all certificates of one profile.
package struct CertificateProfile: Sendable {
    package let signature: SignatureAlgorithm
    /// Of RSASSA-PSS; nil takes what the authority's key demands, else SHA-256.
    package let pssHash: PSSHash?
    package let keyUsage: [KeyUsage]
    package let extendedKeyUsage: [ExtendedKeyUsage]
    /// Where the authority's CRLs lie. None leaves the distribution point out; one stands in every certificate; of several, a
    /// certificate has the one of its serial number's shard (``RotationModel/SerialNumber/shard(of:)``).
    package let crlURLs: [String]

    package init(
        signature: SignatureAlgorithm, pssHash: PSSHash? = nil, keyUsage: [KeyUsage],
        extendedKeyUsage: [ExtendedKeyUsage], crlURLs: [String] = []
    ) {
        self.signature = signature
        self.pssHash = pssHash
        self.keyUsage = keyUsage
        self.extendedKeyUsage = extendedKeyUsage
        self.crlURLs = crlURLs
    }

    /// For an authority with one CRL, or none.
    package init(
        signature: SignatureAlgorithm, keyUsage: [KeyUsage], extendedKeyUsage: [ExtendedKeyUsage], crlURL: String?
    ) {
        self.init(
            signature: signature, keyUsage: keyUsage, extendedKeyUsage: extendedKeyUsage,
            crlURLs: crlURL.map { [$0] } ?? [])
    }
}

/// What differs from one certificate to the next. The serial number is the caller's, who has recorded it before anything is signed.
package struct CertificateOrder: Sendable {
    /// Positive, 16 to 20 bytes.
    package let serialNumber: SerialNumber
    package let subject: DistinguishedName
    package let subjectAlternativeNames: [GeneralName]
    package let notBefore: Timestamp
    package let notAfter: Timestamp
    package let publicKey: PublicKeyInfo

    package init(
        serialNumber: SerialNumber, subject: DistinguishedName, subjectAlternativeNames: [GeneralName],
        notBefore: Timestamp, notAfter: Timestamp, publicKey: PublicKeyInfo
    ) {
        self.serialNumber = serialNumber
        self.subject = subject
        self.subjectAlternativeNames = subjectAlternativeNames
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.publicKey = publicKey
    }
}

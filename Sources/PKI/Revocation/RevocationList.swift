import RotationModel

/// A CRL (RFC 5280, 5), read strictly from DER and kept byte for byte.
///
/// Reading does not verify the signature: see ``isSigned(by:)``.
package struct RevocationList: Sendable {
    /// The most bytes of DER that are read: some two and a half million entries.
    package static let largest = 128 * 1024 * 1024

    package let der: [UInt8]
    package let issuer: DistinguishedName
    package let thisUpdate: Timestamp
    /// Nil where it is left out, which RFC 5280 (5.1.2.5) forbids.
    package let nextUpdate: Timestamp?
    /// In the list's order.
    package let entries: [RevokedEntry]

    /// Where the signed part lies in ``der``, and where the signature's bytes do.
    private let content: Range<Int>
    private let signature: Range<Int>
    private let identifier: SignatureIdentifier
    private let extensions: RevocationListExtensions

    /// The CRL number; nil where the extension is absent.
    package var number: UInt64? { extensions.number }
    package var authorityKeyIdentifier: [UInt8]? { extensions.authorityKeyIdentifier }
    /// The URI of the IssuingDistributionPoint; nil where the extension is absent or has no name.
    package var distributionPoint: String? { extensions.distributionPoint }
    /// Whether the list leaves out the certificates of authorities.
    package var onlyContainsUserCertificates: Bool { extensions.onlyContainsUserCertificates }
    package var signatureAlgorithm: SignatureAlgorithm { identifier.algorithm }

    /// DER, or PEM with exactly one X509 CRL block.
    ///
    /// - Throws: ``RotationError/Code/badInput`` that names the part that is wrong. Delta and indirect CRLs, critical extensions that are not
    ///   known and the reasons certificateHold and removeFromCRL are refused.
    package init(reading bytes: [UInt8]) throws(RotationError) {
        if PEM.looksLikeDER(bytes) {
            self = try RevocationListReader.read(bytes)
            return
        }
        let blocks = try PEM.blocks(in: bytes, largest: RevocationList.largest / 2 * 3)
        guard let block = blocks.first, blocks.count == 1, block.label == "X509 CRL" else {
            let found =
                blocks.count > 1
                ? "\(blocks.count) PEM blocks"
                : blocks.first.map { "a PEM block \"\($0.label)\"" }
                    ?? (bytes.isEmpty ? "nothing" : "neither PEM nor DER")
            throw RotationError(
                .badInput, "no CRL: found \(found)", advice: "give PEM with one -----BEGIN X509 CRL-----, or DER")
        }
        self = try RevocationListReader.read(block.der)
    }

    init(
        der: [UInt8], content: Range<Int>, signature: Range<Int>, identifier: SignatureIdentifier,
        issuer: DistinguishedName, thisUpdate: Timestamp, nextUpdate: Timestamp?,
        extensions: RevocationListExtensions, entries: [RevokedEntry]
    ) {
        self.der = der
        self.content = content
        self.signature = signature
        self.identifier = identifier
        self.issuer = issuer
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.extensions = extensions
        self.entries = entries
    }

    /// Whether the list's signature is by this key. Dates and names are not looked at.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used, or the algorithm is none that is verified here.
    package func isSigned(by key: PublicKeyInfo) throws(RotationError) -> Bool {
        try identifier.verify(der[signature], of: der[content], by: key)
    }

    /// In lines of 64 characters, the last one ended too.
    package var pem: String { String(decoding: PEM.encode("X509 CRL", der), as: UTF8.self) }
}

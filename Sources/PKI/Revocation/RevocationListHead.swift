import RotationModel

/// A CRL (RFC 5280, 5) but for what it revokes: enough to know it again, however long it is.
///
/// The entries are passed over unread. Whoever asks for a signature that ``isSigned(by:)`` knows that its signer wrote them.
package struct RevocationListHead: Sendable {
    package let der: [UInt8]
    package let issuer: DistinguishedName
    package let thisUpdate: Timestamp
    /// Nil where it is left out, which RFC 5280 (5.1.2.5) forbids.
    package let nextUpdate: Timestamp?

    /// Where the signed part lies in ``der``, and where the signature's bytes do.
    private let content: Range<Int>
    private let signature: Range<Int>
    private let identifier: SignatureIdentifier
    let extensions: RevocationListExtensions

    /// The CRL number; nil where the extension is absent.
    package var number: UInt64? { extensions.number }
    package var signatureAlgorithm: SignatureAlgorithm { identifier.algorithm }

    /// DER, or PEM with exactly one X509 CRL block.
    ///
    /// - Throws: ``RotationError/Code/badInput`` that names the part that is wrong, as ``RevocationList/init(reading:)`` does; nothing about
    ///   the entries.
    package init(reading bytes: [UInt8]) throws(RotationError) {
        self = try RevocationListReader.readHead(of: try RevocationList.der(in: bytes)) { _, _ in }
    }

    init(
        der: [UInt8], content: Range<Int>, signature: Range<Int>, identifier: SignatureIdentifier,
        issuer: DistinguishedName, thisUpdate: Timestamp, nextUpdate: Timestamp?, extensions: RevocationListExtensions
    ) {
        self.der = der
        self.content = content
        self.signature = signature
        self.identifier = identifier
        self.issuer = issuer
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.extensions = extensions
    }

    /// Whether the list's signature is by this key. Dates and names are not looked at.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used, or the algorithm is none that is verified here.
    package func isSigned(by key: PublicKeyInfo) throws(RotationError) -> Bool {
        try identifier.verify(der[signature], of: der[content], by: key)
    }
}

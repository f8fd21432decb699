import RotationModel

/// A CRL (RFC 5280, 5), read strictly from DER and kept byte for byte.
///
/// Reading does not verify the signature: see ``isSigned(by:)``.
package struct RevocationList: Sendable {
    /// The most bytes of DER that are read: some two and a half million entries.
    package static let largest = 128 * 1024 * 1024

    private let head: RevocationListHead
    /// In the list's order.
    package let entries: [RevokedEntry]

    package var der: [UInt8] { head.der }
    package var issuer: DistinguishedName { head.issuer }
    package var thisUpdate: Timestamp { head.thisUpdate }
    /// Nil where it is left out, which RFC 5280 (5.1.2.5) forbids.
    package var nextUpdate: Timestamp? { head.nextUpdate }
    /// The CRL number; nil where the extension is absent.
    package var number: UInt64? { head.number }
    package var authorityKeyIdentifier: [UInt8]? { head.extensions.authorityKeyIdentifier }
    /// The URI of the IssuingDistributionPoint; nil where the extension is absent or has no name.
    package var distributionPoint: String? { head.extensions.distributionPoint }
    /// Whether the list leaves out the certificates of authorities.
    package var onlyContainsUserCertificates: Bool { head.extensions.onlyContainsUserCertificates }
    package var signatureAlgorithm: SignatureAlgorithm { head.signatureAlgorithm }

    /// DER, or PEM with exactly one X509 CRL block.
    ///
    /// - Throws: ``RotationError/Code/badInput`` that names the part that is wrong. Delta and indirect CRLs, critical extensions that are not
    ///   known and the reasons certificateHold and removeFromCRL are refused.
    package init(reading bytes: [UInt8]) throws(RotationError) {
        self = try RevocationListReader.read(try RevocationList.der(in: bytes))
    }

    init(head: RevocationListHead, entries: [RevokedEntry]) { (self.head, self.entries) = (head, entries) }

    /// The DER of what is DER, or PEM with exactly one X509 CRL block.
    static func der(in bytes: [UInt8]) throws(RotationError) -> [UInt8] {
        if PEM.looksLikeDER(bytes) { return bytes }
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
        return block.der
    }

    /// Whether the list's signature is by this key. Dates and names are not looked at.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the key cannot be used, or the algorithm is none that is verified here.
    package func isSigned(by key: PublicKeyInfo) throws(RotationError) -> Bool { try head.isSigned(by: key) }

    /// In lines of 64 characters, the last one ended too.
    package var pem: String { String(decoding: PEM.encode("X509 CRL", der), as: UTF8.self) }
}

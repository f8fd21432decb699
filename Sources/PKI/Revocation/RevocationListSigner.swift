import RotationModel

/// Signs the CRLs of one authority (RFC 5280, 5): version 2, complete or one shard of several.
///
/// One serves one worker: it keeps a signing context.
package final class RevocationListSigner {
    private let context: SigningContext
    private let identifier: [UInt8]
    private let reading: SignatureIdentifier
    private let issuer: DistinguishedName
    private let keyIdentifier: [UInt8]
    private let place: String

    /// - Throws: ``RotationError/Code/configuration`` where the authority may not sign CRLs, or its key cannot sign this way.
    ///
    /// - Parameters:
    ///   - signature: by default the one that fits the authority's key.
    ///   - pssHash: of RSASSA-PSS; by default what the authority's key demands, else SHA-256.
    package init(
        authority: Authority, signature: SignatureAlgorithm? = nil, pssHash: PSSHash? = nil
    ) throws(RotationError) {
        place = "authority \(authority.name)"
        guard authority.certificate.maySignRevocationLists else {
            throw RotationError(
                .configuration, "the certificate of \(authority.certificate.subject) may not sign CRLs", at: place,
                advice: "its KeyUsage must have cRLSign (RFC 5280, 4.2.1.3); without it no verifier takes its CRL")
        }
        let scheme = try SignatureScheme.choose(
            signature, pssHash: pssHash, for: authority.certificate.publicKey, at: place)
        context = try SigningContext(key: authority.key, hash: scheme.hash, padding: scheme.padding)
        identifier = SignatureIdentifier.encode(scheme)
        reading = try SignatureIdentifier(
            node: DERReader.parse(identifier[...], what: "signature algorithm"), what: "signature algorithm")
        issuer = authority.certificate.subject
        keyIdentifier = authority.keyIdentifier
    }

    /// Signs one list, its entries in the order of their serial numbers, each serial number once.
    ///
    /// A million entries take some hundred milliseconds.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the order cannot be a CRL (it ends before it starts, a date that X.509 cannot write,
    ///   a serial number that is no INTEGER, a distribution point that is no ASCII); ``RotationError/Code/cryptography`` where signing fails.
    package func sign(_ order: RevocationListOrder) throws(RotationError) -> RevocationList {
        guard order.thisUpdate < order.nextUpdate else {
            throw RotationError(
                .badInput, "a CRL from \(order.thisUpdate) to \(order.nextUpdate) is never current", at: place)
        }
        let revoked = try RevokedEntries(order.entries)
        let content = try RevocationListContent(
            signatureIdentifier: identifier, issuer: issuer.der, thisUpdate: order.thisUpdate,
            nextUpdate: order.nextUpdate, revoked: revoked,
            extensions: RevocationListExtensions.encode(
                authorityKeyIdentifier: keyIdentifier, number: order.number, distributionPoint: order.distributionPoint)
        ).encode()
        let signature = try context.sign(content)
        let der = ToBeSigned.signed(content, identifier: identifier, signature: signature)

        var extensions = RevocationListExtensions()
        extensions.number = order.number
        extensions.authorityKeyIdentifier = keyIdentifier
        extensions.distributionPoint = order.distributionPoint
        extensions.onlyContainsUserCertificates = order.distributionPoint != nil
        let contentStart = der.count - content.count - identifier.count - DERWriter.size(ofContent: signature.count + 1)
        // What was just written need not be read again: a test holds this against the reader.
        return RevocationList(
            head: RevocationListHead(
                der: der, content: contentStart..<(contentStart + content.count),
                signature: (der.count - signature.count)..<der.count, identifier: reading, issuer: issuer,
                thisUpdate: order.thisUpdate, nextUpdate: order.nextUpdate, extensions: extensions),
            entries: revoked.entries)
    }
}

import RotationModel
import SwiftASN1

/// The extensions of a CRL (RFC 5280, 5.2), written and read.
struct RevocationListExtensions: Hashable, Sendable {
    var number: UInt64?
    var authorityKeyIdentifier: [UInt8]?
    var distributionPoint: String?
    var onlyContainsUserCertificates = false

    init() {}

    // MARK: Writing

    /// The extensions one after the other.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where the distribution point is not printable ASCII.
    static func encode(
        authorityKeyIdentifier: [UInt8], number: UInt64, distributionPoint: String?
    ) throws(RotationError) -> [UInt8] {
        var encoded = ExtensionEncoder.authorityKeyIdentifier(authorityKeyIdentifier)
        let bigEndian = withUnsafeBytes(of: number.bigEndian) { Array($0) }
        encoded += ExtensionEncoder.encode(.crlNumber, critical: false, DEREncoder.positiveInteger(bigEndian))
        if let distributionPoint {
            let point = try GeneralNames.fullName(uri: distributionPoint)
            let onlyUserCertificates = DEREncoder.element(0x81, [0xFF])
            encoded += ExtensionEncoder.encode(
                .issuingDistributionPoint, critical: true, DEREncoder.sequence(point, onlyUserCertificates))
        }
        return encoded
    }

    // MARK: Reading

    /// - Throws: ``RotationError/Code/badInput`` also for a critical extension that is not known here: such a list must not be used
    ///   (RFC 5280, 5.2).
    init(node: ASN1Node) throws(RotationError) {
        var found = RevocationListExtensions()
        try ExtensionItem.forEach(in: node, what: "list of CRL extensions") { item throws(RotationError) in
            try found.take(item)
        }
        self = found
    }

    private mutating func take(_ item: ExtensionItem) throws(RotationError) {
        if item.type == .crlNumber {
            number = try RevocationListExtensions.number(DERReader.parse(item.value, what: "CRL number"))
        } else if item.type == .authorityKeyIdentifier {
            authorityKeyIdentifier = try CertificateExtensions.readAuthorityKeyIdentifier(
                DERReader.parse(item.value, what: "AuthorityKeyIdentifier"))
        } else if item.type == .issuingDistributionPoint {
            try readIssuingDistributionPoint(DERReader.parse(item.value, what: "IssuingDistributionPoint"))
        } else if item.type == .deltaCRLIndicator {
            throw RotationError(.badInput, "the CRL is a delta CRL", advice: "give the complete list")
        } else {
            try item.refuseIfCritical("CRL")
        }
    }

    private static func number(_ node: ASN1Node) throws(RotationError) -> UInt64 {
        let content = try node.integer("CRL number")
        guard let first = content.first, first < 0x80 else { throw DERReader.malformed("CRL number", "is negative") }
        let magnitude = content.drop { $0 == 0 }
        guard magnitude.count <= 8 else {
            throw RotationError(.badInput, "the CRL number is longer than 64 bits")
        }
        return magnitude.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Only what the lists here have: a full name, and whether the list is for certificates that are no authority's.
    private mutating func readIssuingDistributionPoint(_ node: ASN1Node) throws(RotationError) {
        let what = "IssuingDistributionPoint"
        var fields = try node.children(what)
        if let name = fields.next(ifTagged: .context(0)) {
            let uris = try GeneralNames.fullNameURIs(name, what)
            guard let first = uris.first, uris.count == 1 else {
                throw RotationError(.badInput, "the \(what) has \(uris.count) URIs", advice: "one is read here")
            }
            distributionPoint = first
        }
        if let users = fields.next(ifTagged: .context(1)) {
            guard case .primitive(let content) = users.content, content.elementsEqual([0xFF]) else {
                throw DERReader.malformed(what, "has an onlyContainsUserCerts that is not TRUE")
            }
            onlyContainsUserCertificates = true
        }
        guard fields.upcoming == nil else {
            throw RotationError(
                .badInput, "the CRL is indirect, or for some reasons or kinds of certificates only",
                advice: "such lists are not read here")
        }
    }
}

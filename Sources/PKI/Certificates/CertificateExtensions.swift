import RotationModel
import SwiftASN1

/// The extensions of a certificate (RFC 5280, 4.2) that anything here looks at. Others are passed over, critical ones too: what is
/// imported was judged by whoever relies on it.
struct CertificateExtensions: Hashable, Sendable {
    var isAuthority = false
    var pathLength: Int?
    var keyUsage: Set<KeyUsage>?
    var extendedKeyUsage: [String]?
    var subjectAlternativeNames: [GeneralName] = []
    var subjectKeyIdentifier: [UInt8]?
    var authorityKeyIdentifier: [UInt8]?
    var crlDistributionPoints: [String] = []

    init() {}

    init(node: ASN1Node, _ reading: inout PartReading) throws(RotationError) {
        var found = CertificateExtensions()
        try ExtensionItem.forEach(in: node, what: "list of extensions", &reading) { item throws(RotationError) in
            try found.take(item.type, item.value)
        }
        self = found
    }

    private mutating func take(_ type: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) throws(RotationError) {
        if type == .basicConstraints {
            try readBasicConstraints(DERReader.parse(value, what: "BasicConstraints"))
        } else if type == .keyUsage {
            keyUsage = try CertificateExtensions.readKeyUsage(DERReader.parse(value, what: "KeyUsage"))
        } else if type == .extendedKeyUsage {
            extendedKeyUsage = try CertificateExtensions.readExtendedKeyUsage(
                DERReader.parse(value, what: "ExtendedKeyUsage"))
        } else if type == .subjectAlternativeName {
            subjectAlternativeNames = try GeneralNames.read(
                DERReader.parse(value, what: "SubjectAltName"), "SubjectAltName")
        } else if type == .subjectKeyIdentifier {
            let node = try DERReader.parse(value, what: "SubjectKeyIdentifier")
            subjectKeyIdentifier = Array(try node.bytes("SubjectKeyIdentifier", tag: .octetString))
        } else if type == .authorityKeyIdentifier {
            authorityKeyIdentifier = try CertificateExtensions.readAuthorityKeyIdentifier(
                DERReader.parse(value, what: "AuthorityKeyIdentifier"))
        } else if type == .crlDistributionPoints {
            crlDistributionPoints = try CertificateExtensions.readDistributionPoints(
                DERReader.parse(value, what: "CRLDistributionPoints"))
        }
    }

    /// The key's identifier; nil where the extension names the issuer and its serial number only.
    static func readAuthorityKeyIdentifier(_ node: ASN1Node) throws(RotationError) -> [UInt8]? {
        let what = "AuthorityKeyIdentifier"
        var fields = try node.children(what)
        guard let identifier = fields.next(ifTagged: .context(0)) else { return nil }
        return Array(try identifier.bytes(what, tag: .context(0)))
    }

    /// The URIs of all points' full names. Points of other kinds (relative names, CRL issuers) are passed over.
    private static func readDistributionPoints(_ node: ASN1Node) throws(RotationError) -> [String] {
        let what = "CRLDistributionPoints"
        var uris: [String] = []
        var points = try node.children(what)
        while let point = points.nextIfAny() {
            var fields = try point.children(what)
            if let name = fields.next(ifTagged: .context(0)) { uris += try GeneralNames.fullNameURIs(name, what) }
        }
        return uris
    }

    private mutating func readBasicConstraints(_ node: ASN1Node) throws(RotationError) {
        var fields = try node.children("BasicConstraints")
        // DER leaves FALSE out, yet many authorities write it.
        if let authority = fields.next(ifTagged: .boolean) { isAuthority = try authority.boolean("BasicConstraints") }
        if let length = fields.next(ifTagged: .integer) { pathLength = try length.small("path length") }
        try fields.end("BasicConstraints")
    }

    private static func readKeyUsage(_ node: ASN1Node) throws(RotationError) -> Set<KeyUsage> {
        let content = try node.bytes("KeyUsage", tag: .bitString)
        guard let unused = content.first, unused < 8, content.count > 1 || unused == 0, content.count <= 3 else {
            throw DERReader.malformed("KeyUsage", "is no BIT STRING of its kind")
        }
        let bits = content.dropFirst()
        var usages: Set<KeyUsage> = []
        for (number, usage) in KeyUsage.allCases.enumerated() {
            let byte = bits.startIndex + number / 8
            if byte < bits.endIndex, bits[byte] & (0x80 >> UInt8(number % 8)) != 0 { usages.insert(usage) }
        }
        return usages
    }

    private static func readExtendedKeyUsage(_ node: ASN1Node) throws(RotationError) -> [String] {
        var usages: [String] = []
        var elements = try node.children("ExtendedKeyUsage")
        while let element = elements.nextIfAny() {
            let type = try element.objectIdentifier("ExtendedKeyUsage")
            usages.append(ObjectIdentifier.dotted(type))
        }
        return usages
    }
}

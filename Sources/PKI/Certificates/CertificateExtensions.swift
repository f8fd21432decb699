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

    init() {}

    init(node: ASN1Node) throws(RotationError) {
        var seen: [ArraySlice<UInt8>] = []
        var extensions = try node.children("extensions")
        guard extensions.upcoming != nil else { throw DERReader.malformed("list of extensions", "is empty") }
        while let item = extensions.nextIfAny() {
            var parts = try item.children("extension")
            let type = try parts.next("extension").objectIdentifier("extension's type")
            if let critical = parts.next(ifTagged: .boolean) { _ = try critical.boolean("extension's critical mark") }
            let value = try parts.next("extension's value").bytes("extension's value", tag: .octetString)
            try parts.end("extension")
            guard !seen.contains(type) else {
                throw RotationError(
                    .badInput, "the extension \(ObjectIdentifier.dotted(type)) stands there twice",
                    advice: "RFC 5280 (4.2) allows it once")
            }
            seen.append(type)
            try take(type, value)
        }
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
            var fields = try DERReader.parse(value, what: "AuthorityKeyIdentifier").children("AuthorityKeyIdentifier")
            if let identifier = fields.next(ifTagged: .context(0)) {
                authorityKeyIdentifier = Array(try identifier.bytes("AuthorityKeyIdentifier", tag: .context(0)))
            }
        }
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

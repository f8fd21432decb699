import RotationModel
import SwiftASN1

/// Takes a certificate's DER apart (RFC 5280, 4.1).
enum CertificateReader {
    static func read(_ der: [UInt8]) throws(RotationError) -> Certificate {
        let root = try DERReader.parse(der, what: "certificate", largest: Certificate.largest)
        var parts = try root.children("certificate")
        var fields = try parts.next("certificate's content").children("certificate's content")
        let outerAlgorithm = try parts.next("certificate's signature algorithm")
        let signature = try parts.next("certificate's signature").wholeBits("certificate's signature")
        try parts.end("certificate")
        guard !signature.isEmpty else { throw DERReader.malformed("certificate's signature", "is empty") }

        let version = try readVersion(&fields)
        let serial = try fields.next("serial number").integer("serial number")
        guard serial.count <= 64 else {
            throw RotationError(
                .badInput, "the serial number is \(serial.count) bytes long", advice: "at most 64 are read")
        }
        let innerAlgorithm = try fields.next("certificate's inner signature algorithm")
        guard innerAlgorithm.encodedBytes == outerAlgorithm.encodedBytes else {
            throw RotationError(.badInput, "the certificate names two different signature algorithms")
        }
        let identifier = try SignatureIdentifier(node: outerAlgorithm, what: "signature algorithm")
        let issuer = try DistinguishedName(node: fields.next("issuer"), what: "issuer")
        var validity = try fields.next("validity").children("validity")
        let notBefore = try DERTime.read(validity.next("notBefore"), "notBefore")
        let notAfter = try DERTime.read(validity.next("notAfter"), "notAfter")
        try validity.end("validity")
        let subject = try DistinguishedName(node: fields.next("subject"), what: "subject")
        let publicKey = try PublicKeyInfo(node: fields.next("public key"))
        let extensions = try readExtensions(&fields, version: version)
        try fields.end("certificate's content")

        return Certificate(
            der: der, serialNumber: SerialNumber(bytes: Array(serial)), issuer: issuer, subject: subject,
            notBefore: notBefore, notAfter: notAfter, publicKey: publicKey, signatureAlgorithm: identifier.algorithm,
            pss: identifier.pss, isSignatureWeak: identifier.isWeak, extensions: extensions)
    }

    private static func readVersion(_ fields: inout DERChildren) throws(RotationError) -> Int {
        guard let node = try fields.next(explicitly: 0, "version") else { return 1 }
        let version = try node.small("version") + 1
        guard (1...3).contains(version) else {
            throw RotationError(.badInput, "the certificate's version is \(version)", advice: "X.509 has 1 to 3")
        }
        return version
    }

    private static func readExtensions(
        _ fields: inout DERChildren, version: Int
    ) throws(RotationError) -> CertificateExtensions {
        for number in [UInt(1), 2] where fields.next(ifTagged: .context(number)) != nil && version == 1 {
            throw RotationError(.badInput, "a version 1 certificate has a unique identifier")
        }
        guard let node = try fields.next(explicitly: 3, "extensions") else { return CertificateExtensions() }
        guard version == 3 else {
            throw RotationError(
                .badInput, "a version \(version) certificate has extensions", advice: "only version 3 may")
        }
        return try CertificateExtensions(node: node)
    }
}

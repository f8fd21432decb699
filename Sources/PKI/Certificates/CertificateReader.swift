import RotationModel
import SwiftASN1

/// Takes a certificate's DER apart (RFC 5280, 4.1).
///
/// Dates, serial number and the bytes of issuer and key have to be told in any case. All else may be passed over where reading is lenient.
enum CertificateReader {
    static func read(_ der: [UInt8], _ reading: PartReading = .strict) throws(RotationError) -> Certificate {
        var reading = reading
        let root = try DERReader.parse(der, what: "certificate", largest: Certificate.largest)
        var parts = try root.children("certificate")
        var fields = try parts.next("certificate's content").children("certificate's content")
        let outerAlgorithm = try parts.next("certificate's signature algorithm")
        let signature = try parts.next("certificate's signature")
        try reading.check { () throws(RotationError) in
            try parts.end("certificate")
            guard !(try signature.wholeBits("certificate's signature")).isEmpty else {
                throw DERReader.malformed("certificate's signature", "is empty")
            }
        }

        let version = try readVersion(&fields, &reading)
        let serial = try fields.next("serial number").integer("serial number")
        guard serial.count <= 64 else {
            throw RotationError(
                .badInput, "the serial number is \(serial.count) bytes long", advice: "at most 64 are read")
        }
        let innerAlgorithm = try fields.next("certificate's inner signature algorithm")
        try reading.check { () throws(RotationError) in
            guard innerAlgorithm.encodedBytes == outerAlgorithm.encodedBytes else {
                throw RotationError(.badInput, "the certificate names two different signature algorithms")
            }
        }
        let identifier = try reading.read(orElse: SignatureIdentifier.unreadable) { () throws(RotationError) in
            try SignatureIdentifier(node: outerAlgorithm, what: "signature algorithm")
        }
        let issuer = try readName(&fields, "issuer", &reading)
        let (notBefore, notAfter) = try readValidity(&fields, &reading)
        let subject = try readName(&fields, "subject", &reading)
        let key = try fields.next("public key")
        let publicKey: PublicKeyInfo
        do {
            publicKey = try PublicKeyInfo(node: key, reading.isLenient ? .lenient : .strict)
        } catch {
            guard reading.isLenient else { throw error }
            publicKey = PublicKeyInfo(unreadable: key, why: error.message)
        }
        if let irregularity = publicKey.irregularity { reading.note(irregularity) }
        let extensions = try readExtensions(&fields, version: version, &reading)
        try reading.check { () throws(RotationError) in try fields.end("certificate's content") }

        return Certificate(
            der: der, serialNumber: SerialNumber(bytes: Array(serial)), issuer: issuer, subject: subject,
            notBefore: notBefore, notAfter: notAfter, publicKey: publicKey, signatureAlgorithm: identifier.algorithm,
            pss: identifier.pss, isSignatureWeak: identifier.isWeak, extensions: extensions,
            malformations: reading.notes)
    }

    private static func readVersion(
        _ fields: inout DERChildren, _ reading: inout PartReading
    ) throws(RotationError) -> Int {
        guard let node = try fields.next(explicitly: 0, "version") else { return 1 }
        return try reading.read(orElse: 3) { () throws(RotationError) in
            let version = try node.small("version") + 1
            guard (1...3).contains(version) else {
                throw RotationError(.badInput, "the certificate's version is \(version)", advice: "X.509 has 1 to 3")
            }
            return version
        }
    }

    /// What is no Name is kept as it stands: its bytes are all that names are compared by.
    private static func readName(
        _ fields: inout DERChildren, _ what: String, _ reading: inout PartReading
    ) throws(RotationError) -> DistinguishedName {
        let node = try fields.next(what)
        return try reading.read(orElse: DistinguishedName(unchecked: Array(node.encodedBytes))) {
            () throws(RotationError) in try DistinguishedName(node: node, what: what)
        }
    }

    private static func readValidity(
        _ fields: inout DERChildren, _ reading: inout PartReading
    ) throws(RotationError) -> (notBefore: Timestamp, notAfter: Timestamp) {
        var validity = try fields.next("validity").children("validity")
        let notBefore = try DERTime.read(validity.next("notBefore"), "notBefore", &reading)
        let notAfter = try DERTime.read(validity.next("notAfter"), "notAfter", &reading)
        try reading.check { () throws(RotationError) in try validity.end("validity") }
        return (notBefore, notAfter)
    }

    private static func readExtensions(
        _ fields: inout DERChildren, version: Int, _ reading: inout PartReading
    ) throws(RotationError) -> CertificateExtensions {
        for number in [UInt(1), 2] where fields.next(ifTagged: .context(number)) != nil && version == 1 {
            try reading.check { () throws(RotationError) in
                throw RotationError(.badInput, "a version 1 certificate has a unique identifier")
            }
        }
        guard fields.upcoming?.identifier == .context(3) else { return CertificateExtensions() }
        let list = try reading.read(orElse: nil) { () throws(RotationError) in
            try fields.next(explicitly: 3, "extensions")
        }
        guard let list else { return CertificateExtensions() }
        try reading.check { () throws(RotationError) in
            guard version == 3 else {
                throw RotationError(
                    .badInput, "a version \(version) certificate has extensions", advice: "only version 3 may")
            }
        }
        return try CertificateExtensions(node: list, &reading)
    }
}

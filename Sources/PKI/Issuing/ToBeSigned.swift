import RotationModel

/// Lays out a version 3 TBSCertificate (RFC 5280, 4.1) and the certificate around it, each in one pass over one buffer.
struct ToBeSigned {
    let serialNumber: [UInt8]
    /// Whole elements, encoded already.
    let signatureIdentifier: [UInt8]
    let issuer: [UInt8]
    let notBefore: Timestamp
    let notAfter: Timestamp
    let subject: [UInt8]
    let publicKey: [UInt8]
    /// Extensions one after the other, in parts whose order is that of the certificate.
    let extensions: [[UInt8]]

    private static let version: [UInt8] = [0xA0, 0x03, 0x02, 0x01, 0x02]

    func encode() throws(RotationError) -> [UInt8] {
        let extensionsSize = extensions.reduce(0) { $0 + $1.count }
        let extensionsElement = DERWriter.size(ofContent: extensionsSize)
        let validity = DERTime.size(of: notBefore) + DERTime.size(of: notAfter)
        let length =
            ToBeSigned.version.count + DERWriter.size(ofContent: serialNumber.count) + signatureIdentifier.count
            + issuer.count + DERWriter.size(ofContent: validity) + subject.count + publicKey.count
            + DERWriter.size(ofContent: extensionsElement)

        var writer = DERWriter(reservingCapacity: length + 6)
        writer.append(header: 0x30, length: length)
        writer.append(ToBeSigned.version)
        writer.append(header: 0x02, length: serialNumber.count)
        writer.append(serialNumber)
        writer.append(signatureIdentifier)
        writer.append(issuer)
        writer.append(header: 0x30, length: validity)
        try DERTime.append(notBefore, to: &writer)
        try DERTime.append(notAfter, to: &writer)
        writer.append(subject)
        writer.append(publicKey)
        writer.append(header: 0xA3, length: extensionsElement)
        writer.append(header: 0x30, length: extensionsSize)
        for part in extensions { writer.append(part) }
        return writer.bytes
    }

    /// SEQUENCE { content, identifier, BIT STRING signature }: certificates and requests alike.
    static func signed(_ content: [UInt8], identifier: [UInt8], signature: [UInt8]) -> [UInt8] {
        let bits = DERWriter.size(ofContent: 1 + signature.count)
        let length = content.count + identifier.count + bits
        var writer = DERWriter(reservingCapacity: length + 6)
        writer.append(header: 0x30, length: length)
        writer.append(content)
        writer.append(identifier)
        writer.append(header: 0x03, length: 1 + signature.count)
        writer.append(byte: 0)
        writer.append(signature)
        return writer.bytes
    }
}

import RotationModel

/// Lays out a version 2 TBSCertList (RFC 5280, 5.1) over one buffer.
struct RevocationListContent {
    /// Whole elements, encoded already.
    let signatureIdentifier: [UInt8]
    let issuer: [UInt8]
    let thisUpdate: Timestamp
    let nextUpdate: Timestamp
    let revoked: RevokedEntries
    /// Extensions one after the other.
    let extensions: [UInt8]

    private static let version: [UInt8] = [0x02, 0x01, 0x01]

    func encode() throws(RotationError) -> [UInt8] {
        let isEmpty = revoked.entries.isEmpty
        let extensionsElement = DERWriter.size(ofContent: extensions.count)
        let length =
            RevocationListContent.version.count + signatureIdentifier.count + issuer.count
            + DERTime.size(of: thisUpdate) + DERTime.size(of: nextUpdate)
            // The list of entries is absent, not empty, when there is none.
            + (isEmpty ? 0 : DERWriter.size(ofContent: revoked.der.count))
            + DERWriter.size(ofContent: extensionsElement)

        var writer = DERWriter(reservingCapacity: length + 6)
        writer.append(header: 0x30, length: length)
        writer.append(RevocationListContent.version)
        writer.append(signatureIdentifier)
        writer.append(issuer)
        try DERTime.append(thisUpdate, to: &writer)
        try DERTime.append(nextUpdate, to: &writer)
        if !isEmpty {
            writer.append(header: 0x30, length: revoked.der.count)
            writer.append(revoked.der)
        }
        writer.append(header: 0xA0, length: extensionsElement)
        writer.append(header: 0x30, length: extensions.count)
        writer.append(extensions)
        return writer.bytes
    }
}

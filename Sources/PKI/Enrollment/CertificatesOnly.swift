/// A "certs-only" message: CMS signed data (RFC 5652, 5.1) that nobody signed and that carries certificates alone, as EST hands certificates
/// out (RFC 7030, 4.1.3 and 4.2.3; a Simple PKI Response of RFC 5272, 4.1).
package enum CertificatesOnly {
    /// - Parameter certificates: Each in DER; in this order they stand in the message.
    /// - Returns: A ContentInfo in DER.
    package static func encode(_ certificates: [[UInt8]]) -> [UInt8] {
        let signedData = DEREncoder.sequence(
            DEREncoder.integer(1),
            // No digest algorithms, for there are no signers.
            DEREncoder.element(0x31, []),
            DEREncoder.sequence(DEREncoder.objectIdentifier(.data)),
            DEREncoder.element(0xA0, Array(certificates.joined())),
            DEREncoder.element(0x31, []))
        return DEREncoder.sequence(
            DEREncoder.objectIdentifier(.signedData), DEREncoder.element(0xA0, signedData))
    }
}

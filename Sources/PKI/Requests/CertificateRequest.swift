import RotationModel
import SwiftASN1

/// A certification request, PKCS#10 (RFC 2986). Nothing of it is believed: ``ProofOfPossession`` checks that who made it holds the key.
package struct CertificateRequest: Sendable {
    /// The most bytes that are read, of PEM or DER.
    package static let largest = 16 * 1024

    package let publicKey: PublicKeyInfo
    /// What the device calls itself. A replacement takes nothing from it.
    package let subject: DistinguishedName
    package let der: [UInt8]

    let signed: ArraySlice<UInt8>
    let signatureIdentifier: SignatureIdentifier
    let signature: ArraySlice<UInt8>

    /// PEM ("CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST"), or DER.
    ///
    /// - Throws: ``RotationError/Code/badInput`` that names the part that is wrong.
    package init(reading bytes: [UInt8]) throws(RotationError) {
        guard bytes.count <= CertificateRequest.largest else {
            throw RotationError(
                .badInput, "the CSR is \(bytes.count) bytes long",
                advice: "at most \(CertificateRequest.largest) are taken")
        }
        try self.init(der: PEM.looksLikeDER(bytes) ? bytes : CertificateRequest.block(of: bytes))
    }

    private static func block(of text: [UInt8]) throws(RotationError) -> [UInt8] {
        let blocks = try PEM.blocks(in: text, labelled: ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"])
        let requests = blocks.filter { $0.label == "CERTIFICATE REQUEST" || $0.label == "NEW CERTIFICATE REQUEST" }
        guard let request = requests.first, requests.count == 1 else {
            let found =
                requests.isEmpty
                ? blocks.first.map { "a PEM block \"\($0.label)\"" }
                    ?? (text.isEmpty ? "nothing" : "neither PEM nor DER")
                : "\(requests.count) of them"
            throw RotationError(
                .badInput, "not one CSR: found \(found)",
                advice: "give one, as PEM that starts with -----BEGIN CERTIFICATE REQUEST-----, or as DER")
        }
        return request.der
    }

    private init(der: [UInt8]) throws(RotationError) {
        self.der = der
        let root = try DERReader.parse(der, what: "CSR", largest: CertificateRequest.largest)
        var parts = try root.children("CSR")
        let content = try parts.next("CSR's content")
        signatureIdentifier = try SignatureIdentifier(
            node: parts.next("CSR's signature algorithm"), what: "CSR's signature algorithm")
        signature = try parts.next("CSR's signature").wholeBits("CSR's signature")
        try parts.end("CSR")

        signed = content.encodedBytes
        var fields = try content.children("CSR's content")
        let version = try fields.next("CSR's version").small("CSR's version")
        guard version == 0 else {
            throw RotationError(.badInput, "the CSR's version is \(version + 1)", advice: "RFC 2986 knows 1 alone")
        }
        subject = try DistinguishedName(node: fields.next("CSR's subject"), what: "CSR's subject")
        publicKey = try PublicKeyInfo(node: fields.next("CSR's public key"), .strict)
        // The attributes must be there, if only as an empty set; some devices leave them out all the same.
        if let attributes = fields.next(ifTagged: .context(0)) {
            _ = try attributes.children("CSR's attributes", tag: .context(0))
        }
        try fields.end("CSR's content")
    }
}

import RotationModel
import RotationTesting
import Testing

@testable import PKI

/// Certificates put together from parts, so that exactly one of them is odd. Reading does not look at the signature.
@Suite("Certificates with one odd part")
struct CraftedCertificateTests {
    private static let algorithm = DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA256))
    private static let otherAlgorithm = DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA384))
    private static let usage = ExtensionEncoder.keyUsage([.digitalSignature])

    private static func time(_ text: String) -> [UInt8] { DEREncoder.element(0x17, Array(text.utf8)) }

    /// Everything but what is given is as it should be.
    private func crafted(
        version: [UInt8]? = [0xA0, 0x03, 0x02, 0x01, 0x02], serial: [UInt8] = [0x02, 0x01, 0x05],
        inner: [UInt8] = algorithm,
        outer: [UInt8] = algorithm, notBefore: [UInt8] = time("260101000000Z"),
        notAfter: [UInt8] = time("270101000000Z"),
        extensions: [[UInt8]]? = [usage], after: [UInt8] = [], signature: [UInt8] = [0x03, 0x02, 0x00, 0x01]
    ) throws -> [UInt8] {
        let name = ThrowawayPKI.name("a").der
        let list = extensions.map { DEREncoder.element(0xA3, DEREncoder.element(0x30, Array($0.joined()))) } ?? []
        let content = DEREncoder.sequence(
            version ?? [], serial, inner, name, DEREncoder.sequence(notBefore, notAfter), name,
            try PrivateKey.generate(.ecdsaP256).publicKey.der, list, after)
        return DEREncoder.sequence(content, outer, signature)
    }

    private func problem(_ der: [UInt8]) throws -> String {
        let error = try failure { _ = try Certificate(der: der) }
        #expect(error.code == .badInput)
        return error.message
    }

    @Test("with nothing odd it is read")
    func plain() throws {
        let certificate = try Certificate(der: crafted())
        #expect(certificate.keyUsage == [.digitalSignature] && certificate.serialNumber.bytes == [5])
        #expect(
            certificate.extendedKeyUsage == nil && certificate.subjectKeyIdentifier == nil && !certificate.isAuthority)
    }

    @Test("versions 1 and 2 are read where they have no extensions, and no version is above 3")
    func versions() throws {
        let second: [UInt8] = [0xA0, 0x03, 0x02, 0x01, 0x01]
        for version in [nil, second] {
            #expect(try Certificate(der: crafted(version: version, extensions: nil)).keyUsage == nil)
            #expect(try problem(crafted(version: version)).contains("extensions"))
        }
        let unique: [UInt8] = [0x81, 0x02, 0x00, 0x01]
        #expect(try Certificate(der: crafted(version: second, extensions: nil, after: unique)).keyUsage == nil)
        #expect(try problem(crafted(version: nil, extensions: nil, after: unique)).contains("unique identifier"))
        #expect(try problem(crafted(version: [0xA0, 0x03, 0x02, 0x01, 0x03])).contains("version is 4"))
    }

    @Test("two signature algorithms, trailing elements and a signature of no bytes are refused")
    func structure() throws {
        #expect(try problem(crafted(outer: CraftedCertificateTests.otherAlgorithm)).contains("two different"))
        #expect(try problem(crafted(after: DEREncoder.null)).contains("more elements"))
        #expect(try problem(crafted(signature: [0x03, 0x01, 0x00])).contains("signature"))
        #expect(try problem(crafted(signature: [0x03, 0x02, 0x01, 0x02])).contains("whole bytes"))
        let odd = DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA256), DEREncoder.integer(1))
        #expect(try problem(crafted(inner: odd, outer: odd)).contains("parameters"))
        let null = DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA256), DEREncoder.null)
        #expect(try Certificate(der: crafted(inner: null, outer: null)).signatureAlgorithm == .ecdsaWithSHA256)
    }

    @Test("a serial number is read up to 64 bytes")
    func serials() throws {
        let long = [UInt8](repeating: 0x11, count: 64)
        #expect(try Certificate(der: crafted(serial: DEREncoder.element(2, long))).serialNumber.bytes == long)
        #expect(try problem(crafted(serial: DEREncoder.element(2, long + [1]))).contains("65 bytes"))
    }

    @Test("a date that does not exist is refused by name")
    func dates() throws {
        #expect(try problem(crafted(notBefore: CraftedCertificateTests.time("260231000000Z"))).contains("notBefore"))
        #expect(try problem(crafted(notAfter: CraftedCertificateTests.time("2602310000Z"))).contains("notAfter"))
    }

    @Test("an extension that stands there twice, none at all, and malformed ones are refused")
    func extensions() throws {
        let usage = CraftedCertificateTests.usage
        #expect(try problem(crafted(extensions: [usage, usage])).contains("2.5.29.15"))
        #expect(try problem(crafted(extensions: [])).contains("empty"))
        let bad: [(ObjectIdentifier, [UInt8])] = [
            (.basicConstraints, DEREncoder.sequence(DEREncoder.yes, DEREncoder.integer(1), DEREncoder.null)),
            (.basicConstraints, DEREncoder.sequence([0x01, 0x01, 0x01])), (.basicConstraints, DEREncoder.null),
            (.keyUsage, [0x03, 0x01, 0x01]), (.keyUsage, [0x03, 0x02, 0x08, 0x80]), (.keyUsage, DEREncoder.null),
            (.keyUsage, [0x03, 0x04, 0x00, 1, 1, 1]), (.extendedKeyUsage, DEREncoder.sequence(DEREncoder.null)),
            (.subjectAlternativeName, DEREncoder.sequence([0x87, 0x01, 0x01])),
            (.subjectAlternativeName, DEREncoder.sequence([0x82, 0x01, 0xFF])),
            (.subjectAlternativeName, DEREncoder.sequence(DEREncoder.null)), (.subjectKeyIdentifier, DEREncoder.null),
            (.authorityKeyIdentifier, DEREncoder.null), (.keyUsage, [0x03, 0x02, 0x07, 0x80, 0x00]),
        ]
        for (type, value) in bad {
            let item = ExtensionEncoder.encode(type, critical: false, value)
            _ = try problem(crafted(extensions: [item]))
        }
    }

    @Test("BasicConstraints that spells FALSE out is read, as is a path length")
    func basicConstraints() throws {
        for (value, isAuthority) in [
            (DEREncoder.sequence([0x01, 0x01, 0x00]), false),
            (DEREncoder.sequence(DEREncoder.yes, DEREncoder.integer(3)), true),
        ] {
            let item = ExtensionEncoder.encode(.basicConstraints, critical: true, value)
            #expect(try Certificate(der: crafted(extensions: [item])).isAuthority == isAuthority)
        }
    }

    @Test("a CSR for an RSA key of more than 4096 bits is refused before anything is computed")
    func longKey() throws {
        let modulus = [0x80] + [UInt8](repeating: 0, count: 1100) + [0x01]
        let numbers = DEREncoder.sequence(DEREncoder.positiveInteger(modulus), DEREncoder.positiveInteger([1, 0, 1]))
        let key = DEREncoder.sequence(
            DEREncoder.sequence(DEREncoder.objectIdentifier(.rsaEncryption), DEREncoder.null),
            DEREncoder.bitString(numbers))
        let content = DEREncoder.sequence(DEREncoder.integer(0), ThrowawayPKI.name("a").der, key, [0xA0, 0x00])
        let scheme = try #require(SignatureScheme(.sha256WithRSA))
        let request = try CertificateRequest(
            reading: ToBeSigned.signed(
                content, identifier: SignatureIdentifier.encode(scheme), signature: [UInt8](repeating: 1, count: 1102)))
        #expect(try failure { try ProofOfPossession().verify(request) }.message.contains("RSA-8816"))
    }
}

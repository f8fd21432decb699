import RotationModel
import RotationTesting
import Testing

@testable import PKI

/// What stands in the field and is not as RFC 5280 wants it: each is read where a fleet is imported, and refused where it is relied on.
@Suite("Certificates of devices as they are")
struct FieldCertificateTests {
    struct Oddity: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// A part of what is noted.
        let note: String
        var parts: Parts
        /// Whether OpenSSL reads it: then it says the same date.
        var opensslReads = true
        var notAfter = "2026-12-06T00:00:00Z"
    }

    struct Parts: Sendable {
        var version: [UInt8]? = [0xA0, 0x03, 0x02, 0x01, 0x02]
        var serial: [UInt8] = [0x02, 0x01, 0x05]
        var inner = FieldCertificateTests.algorithm
        var outer = FieldCertificateTests.algorithm
        var notAfter = DEREncoder.element(0x18, Array("20261206000000Z".utf8))
        var subject = ThrowawayPKI.name("a").der
        var key: [UInt8]?
        var extensions: [[UInt8]]? = [ExtensionEncoder.keyUsage([.digitalSignature])]
        var after: [UInt8] = []
        var signature: [UInt8] = [0x03, 0x02, 0x00, 0x01]

        func der(_ key: [UInt8]) -> [UInt8] {
            let list = extensions.map { DEREncoder.element(0xA3, DEREncoder.element(0x30, Array($0.joined()))) } ?? []
            let notBefore = DEREncoder.element(0x17, Array("260101000000Z".utf8))
            let content = DEREncoder.sequence(
                version ?? [], serial, inner, ThrowawayPKI.name("an issuer").der,
                DEREncoder.sequence(notBefore, notAfter), subject, self.key ?? key, list, after)
            return DEREncoder.sequence(content, outer, signature)
        }
    }

    private static let algorithm = DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA256))

    private static func with(_ change: (inout Parts) -> Void) -> Parts {
        var parts = Parts()
        change(&parts)
        return parts
    }

    private static func time(_ text: String, general: Bool = true) -> Parts {
        with { $0.notAfter = DEREncoder.element(general ? 0x18 : 0x17, Array(text.utf8)) }
    }

    private static func with(_ type: ObjectIdentifier, _ value: [UInt8], twice: Bool = false) -> Parts {
        let element = DEREncoder.sequence(DEREncoder.objectIdentifier(type), DEREncoder.octetString(value))
        return with { $0.extensions = twice ? [element, element] : [element] }
    }

    private static func key(_ parameters: [UInt8], _ bits: [UInt8], _ type: ObjectIdentifier = .ecPublicKey) -> Parts {
        with {
            $0.key = DEREncoder.sequence(
                DEREncoder.sequence(DEREncoder.objectIdentifier(type), parameters), DEREncoder.bitString(bits))
        }
    }

    static let oddities: [Oddity] = [
        Oddity(
            testDescription: "an alternative name that is not ASCII", note: "not ASCII",
            parts: with(.subjectAlternativeName, DEREncoder.sequence(DEREncoder.element(0x82, Array("gerät".utf8))))),
        Oddity(
            testDescription: "an IP address written as text", note: "IP address of 10 bytes",
            parts: with(
                .subjectAlternativeName, DEREncoder.sequence(DEREncoder.element(0x87, Array("192.0.2.77".utf8))))),
        Oddity(
            testDescription: "a CA flag of 01", note: "BasicConstraints",
            parts: with(.basicConstraints, DEREncoder.sequence([0x01, 0x01, 0x01]))),
        Oddity(
            testDescription: "a KeyUsage that is no BIT STRING", note: "KeyUsage",
            parts: with(.keyUsage, DEREncoder.integer(3))),
        Oddity(
            testDescription: "an extension that stands there twice", note: "twice",
            parts: with(.basicConstraints, DEREncoder.sequence([]), twice: true)),
        Oddity(testDescription: "no extension in the list", note: "is empty", parts: with { $0.extensions = [] }),
        Oddity(
            testDescription: "extensions in version 1", note: "version 1 certificate has extensions",
            parts: with { $0.version = nil }),
        Oddity(
            testDescription: "a version that there is not", note: "version is 4",
            parts: with { $0.version = [0xA0, 0x03, 0x02, 0x01, 0x03] }),
        Oddity(
            testDescription: "two signature algorithms", note: "two different signature algorithms",
            parts: with { $0.outer = DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA384)) }),
        Oddity(
            testDescription: "parameters of a signature that has none", note: "parameters",
            parts: with {
                $0.inner = DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA256), DEREncoder.integer(1))
                $0.outer = $0.inner
            }),
        Oddity(
            testDescription: "a signature of no bytes", note: "signature is empty",
            parts: with { $0.signature = [0x03, 0x01, 0x00] }),
        Oddity(
            testDescription: "a subject with an empty part", note: "empty part",
            parts: with { $0.subject = [0x30, 0x02, 0x31, 0x00] }, opensslReads: false),
        Oddity(
            testDescription: "elements after the extensions", note: "more elements",
            parts: with { $0.after = DEREncoder.null }, opensslReads: false),
        Oddity(
            testDescription: "a key that names no curve", note: "names no curve", parts: key([], [0x04, 1, 2])),
        Oddity(
            testDescription: "a point of the wrong length", note: "no point of P-256",
            parts: key(DEREncoder.objectIdentifier(.p256), [0x04, 1, 2])),
        Oddity(
            testDescription: "an Ed25519 key of 31 bytes", note: "Ed25519",
            parts: key([], [UInt8](repeating: 7, count: 31), .ed25519)),
        Oddity(testDescription: "a fraction of a second", note: "notAfter", parts: time("20261206000000.5Z")),
        Oddity(
            testDescription: "a fraction after a comma", note: "notAfter", parts: time("20261206000000,25Z"),
            opensslReads: false),
        Oddity(testDescription: "a time without seconds", note: "notAfter", parts: time("2612060000Z", general: false)),
        Oddity(
            testDescription: "a generalized time without seconds", note: "notAfter", parts: time("202612060000Z"),
            opensslReads: false),
        Oddity(
            testDescription: "an hour alone, and a half", note: "notAfter", parts: time("2026120523.5Z"),
            opensslReads: false, notAfter: "2026-12-05T23:30:00Z"),
        Oddity(
            testDescription: "a time zone east of Greenwich", note: "notAfter",
            parts: time("20261206013000+0130"), opensslReads: false),
        Oddity(
            testDescription: "a time zone west of Greenwich", note: "notAfter",
            parts: time("261205190000-0500", general: false), opensslReads: false),
        Oddity(
            testDescription: "a time without a zone", note: "notAfter", parts: time("20261206000000"),
            opensslReads: false),
        Oddity(
            testDescription: "a year of four digits where two belong", note: "notAfter",
            parts: time("20261206000000Z", general: false), opensslReads: false),
        Oddity(
            testDescription: "a leap second", note: "notAfter", parts: time("20261205235960Z"), opensslReads: false),
        Oddity(
            testDescription: "midnight at the end of the day", note: "notAfter", parts: time("20261205240000Z"),
            opensslReads: false),
    ]

    @Test(
        "each is read with its dates, serial number, issuer and key, and with what is odd about it", arguments: oddities
    )
    func isRead(_ oddity: Oddity) throws {
        let key = try PrivateKey.generate(.ecdsaP256).publicKey
        let der = oddity.parts.der(key.der)
        #expect(throws: RotationError.self) { try Certificate(der: der) }
        let certificate = try Certificate(inField: der)
        #expect(certificate.malformations.count == 1)
        #expect(certificate.malformations.first?.contains(oddity.note) == true, "\(certificate.malformations)")
        #expect(certificate.notBefore.description == "2026-01-01T00:00:00Z")
        #expect(certificate.notAfter.description == oddity.notAfter)
        #expect(certificate.serialNumber.bytes == [5])
        #expect(certificate.issuer == ThrowawayPKI.name("an issuer"))
        #expect(certificate.publicKey.der == oddity.parts.key ?? key.der)
        #expect((certificate.publicKey.weakness == nil) == (oddity.parts.key == nil))
        #expect(certificate.fingerprint == Fingerprint(SHA256.digest(der)))
    }

    @Test("OpenSSL reads the same end of those that it reads", arguments: oddities.filter(\.opensslReads))
    func opensslAgrees(_ oddity: Oddity) throws {
        let folder = try TemporaryFolder()
        let der = oddity.parts.der(try PrivateKey.generate(.ecdsaP256).publicKey.der)
        let outcome = try openssl(["x509", "-inform", "DER", "-noout", "-enddate"], in: folder, input: der)
        let end = String(decoding: outcome.output, as: UTF8.self).replacing(".5", with: "")
        #expect(end == "notAfter=Dec  6 00:00:00 2026 GMT\n", "\(outcome.errors)")
    }

    @Test(
        "what a rotation cannot do without is refused by name",
        arguments: [
            (time("20260231000000Z"), "notAfter"), (time("soon"), "notAfter"), (time(""), "notAfter"),
            (time("20261206000000+99"), "notAfter"), (time("202612Z"), "notAfter"),
            (time("20261206000000ZZ"), "notAfter"),
            (with { $0.notAfter = DEREncoder.integer(1) }, "notAfter"),
            (with { $0.serial = [0x02, 0x02, 0x00, 0x05] }, "serial number"),
            (with { $0.serial = DEREncoder.null }, "serial number"),
        ])
    func isRefused(parts: Parts, part: String) throws {
        let der = parts.der(try PrivateKey.generate(.ecdsaP256).publicKey.der)
        #expect(try failure { _ = try Certificate(inField: der) }.message.contains(part))
    }

    @Test("a certificate as it should be has nothing odd, however it is wrapped; of a chain the device's own is taken")
    func wrapping() throws {
        let pki = try ThrowawayPKI(now: now)
        let certificate = try pki.device("d").certificate
        let pem = certificate.pem
        let bare = pem.split(separator: "\n").filter { !$0.hasPrefix("-") }.joined(separator: "\n")
        let wrapped = [
            pem, pem.replacing("\n", with: "\r\n"), "\u{FEFF}\(pem)",
            "Certificate:\n    Data:\n        Version: 3, x\n\(pem)\n",
            bare, bare.replacing("\n", with: ""), pem + pki.authority.certificate.pem,
            pki.authority.certificate.pem + pem,
        ]
        for text in wrapped {
            let read = try Certificate(inFieldReading: Array(text.utf8))
            #expect(read == certificate && read.malformations.isEmpty, "\(text.prefix(40))")
        }
        let two = try pem + pki.device("e").certificate.pem
        #expect(try failure { _ = try Certificate(inFieldReading: Array(two.utf8)) }.message.contains("2 certificates"))
        for text in ["nonsense", "", "-----BEGIN CERTIFICATE-----\nAAAA"] {
            #expect(throws: RotationError.self) { try Certificate(inFieldReading: Array(text.utf8)) }
        }
    }
}

import RotationModel
import RotationTesting
import Testing

@testable import PKI

/// CRLs put together from parts, so that exactly one of them is odd. Reading does not look at the signature.
@Suite("Reading CRLs")
struct RevocationListReadingTests {
    private static let algorithm = DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA256))
    private static let otherAlgorithm = DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA384))
    private static let number = item(.crlNumber, DEREncoder.integer(5))

    private static func time(_ text: String) -> [UInt8] { DEREncoder.element(0x17, Array(text.utf8)) }

    private static func item(_ type: ObjectIdentifier, critical: Bool = false, _ value: [UInt8]) -> [UInt8] {
        ExtensionEncoder.encode(type, critical: critical, value)
    }

    private static func entry(_ extensions: [[UInt8]]? = nil, serial: [UInt8] = [0x02, 0x01, 0x09]) -> [UInt8] {
        DEREncoder.sequence(
            serial, time("260601000000Z"), extensions.map { DEREncoder.element(0x30, Array($0.joined())) } ?? [])
    }

    private static func reason(_ code: UInt8) -> [UInt8] {
        entry([item(.reasonCode, DEREncoder.element(0x0A, [code]))])
    }

    /// Everything but what is given is as it should be.
    private func crafted(
        version: [UInt8] = [0x02, 0x01, 0x01], inner: [UInt8] = algorithm, outer: [UInt8] = algorithm,
        issuer: [UInt8] = ThrowawayPKI.name("a").der, thisUpdate: [UInt8] = time("260101000000Z"),
        nextUpdate: [UInt8] = time("270101000000Z"), entries: [[UInt8]]? = [entry()],
        extensions: [[UInt8]]? = [number], after: [UInt8] = [], signature: [UInt8] = [0x03, 0x02, 0x00, 0x01],
        end: [UInt8] = []
    ) -> [UInt8] {
        let list = entries.map { DEREncoder.element(0x30, Array($0.joined())) } ?? []
        let extensionList =
            extensions.map { DEREncoder.element(0xA0, DEREncoder.element(0x30, Array($0.joined()))) } ?? []
        let content = DEREncoder.sequence(
            version, inner, issuer, thisUpdate, nextUpdate, list, extensionList, after)
        return DEREncoder.sequence(content, outer, signature, end)
    }

    private func problem(_ der: [UInt8]) throws -> String {
        let error = try failure { _ = try RevocationList(reading: der) }
        #expect(error.code == .badInput)
        return error.message
    }

    @Test("with nothing odd it is read")
    func plain() throws {
        let list = try RevocationList(reading: crafted())
        #expect(list.number == 5 && list.entries.map(\.serialNumber.hex) == ["09"])
        #expect(list.entries[0].reason == .unspecified && list.authorityKeyIdentifier == nil)
        #expect(list.distributionPoint == nil && !list.onlyContainsUserCertificates)
    }

    @Test("the oldest form is read: version 1, without extensions, without nextUpdate")
    func versionOne() throws {
        let list = try RevocationList(reading: crafted(version: [], nextUpdate: [], extensions: nil))
        #expect(list.number == nil && list.nextUpdate == nil && list.entries.count == 1)
    }

    @Test("what OpenSSL's own authority signs is read, and its signature is right")
    func openSSLs() throws {
        let pki = try ThrowawayPKI(now: now)
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", pki.authority.certificate.pem)
        try folder.write("ca.key", pki.key.pem(), mode: 0o600)
        try folder.write("index", "R\t301201000000Z\t261101000000Z,keyCompromise\t4A01\tunknown\t/CN=a\n")
        try folder.write("number", "1F\n")
        try folder.write(
            "ca.cnf",
            """
            [ca]
            default_ca = one
            [one]
            database = index
            crlnumber = number
            default_md = sha384
            crl_extensions = list
            [list]
            authorityKeyIdentifier = keyid
            """)
        try openssl(
            [
                "ca", "-gencrl", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-crldays", "7", "-out",
                "crl.pem",
            ], in: folder)
        let list = try RevocationList(reading: folder.read("crl.pem"))
        #expect(list.number == 0x1F && list.signatureAlgorithm == .ecdsaWithSHA384)
        #expect(list.authorityKeyIdentifier == pki.authority.certificate.subjectKeyIdentifier)
        let revokedAt = try #require(Timestamp(rfc3339: "2026-11-01T00:00:00Z"))
        #expect(
            list.entries == [
                RevokedEntry(
                    serialNumber: SerialNumber(bytes: [0x4A, 1]), revokedAt: revokedAt, reason: .keyCompromise)
            ])
        #expect(try list.isSigned(by: pki.key.publicKey))
    }

    @Test("each odd part is refused")
    func oddParts() throws {
        let table: [([UInt8], String)] = [
            (crafted(version: [0x02, 0x01, 0x00]), "version is 1"),
            (crafted(version: [0x02, 0x01, 0x02]), "version is 3"),
            (crafted(inner: RevocationListReadingTests.otherAlgorithm), "two different signature algorithms"),
            (crafted(issuer: DEREncoder.sequence()), "issuer is empty"),
            (crafted(thisUpdate: RevocationListReadingTests.time("2601010000Z")), "thisUpdate"),
            (crafted(nextUpdate: RevocationListReadingTests.time("261301000000Z")), "nextUpdate"),
            (crafted(entries: []), "list of revoked certificates is empty"),
            (crafted(entries: [[0x05, 0x00]]), "revoked certificate"),
            (crafted(entries: [RevocationListReadingTests.entry(serial: [0x02, 0x02, 0x00, 0x01])]), "superfluous"),
            (
                crafted(entries: [
                    RevocationListReadingTests.entry(serial: [0x02, 0x41] + [UInt8](repeating: 1, count: 65))
                ]),
                "65 bytes"
            ),
            (crafted(version: [], entries: [RevocationListReadingTests.reason(1)], extensions: nil), "version 1"),
            (crafted(version: []), "version 1"), (crafted(extensions: []), "extensions is empty"),
            (crafted(after: DEREncoder.null), "more elements"), (crafted(signature: [0x03, 0x01, 0x00]), "is empty"),
            (crafted(signature: [0x03, 0x02, 0x01, 0x02]), "whole bytes"),
            (crafted(end: DEREncoder.null), "more elements"),
            (crafted() + [0x00], "more elements"), ([], "nothing"), (Array("crl".utf8), "neither PEM nor DER"),
            ([0x30, 0x80, 0x00, 0x00], "indefinite"), ([0x30, 0x81, 0x01, 0x05], "longer than needed"),
            ([0x30, 0x88, 1, 0, 0, 0, 0, 0, 0, 0], "longer than needed"), ([0x30, 0x84, 0x7F], "cut off"),
        ]
        for (der, part) in table {
            let problem = try problem(der)
            #expect(problem.contains(part), "\(part): \(problem)")
        }
    }

    @Test("extensions that change what the list means are refused, others passed over")
    func extensions() throws {
        typealias Tests = RevocationListReadingTests
        let unknown = ObjectIdentifier(1, 2, 3)
        let scope = ObjectIdentifier.issuingDistributionPoint
        let point = DEREncoder.element(0xA0, DEREncoder.element(0xA0, [0x86, 0x01, 0x61]))
        let users = DEREncoder.element(0x81, [0xFF])
        let table: [([[UInt8]], String)] = [
            ([Tests.item(unknown, critical: true, [])], "1.2.3"),
            ([Tests.item(.deltaCRLIndicator, critical: true, DEREncoder.integer(1))], "delta"),
            ([Tests.number, Tests.number], "twice"), ([Tests.item(.crlNumber, [0x02, 0x01, 0x80])], "negative"),
            ([Tests.item(.crlNumber, [0x02, 0x09] + [UInt8](repeating: 1, count: 9))], "64 bits"),
            ([Tests.item(scope, critical: true, DEREncoder.sequence(DEREncoder.element(0x81, [0x00])))], "not TRUE"),
            ([Tests.item(scope, critical: true, DEREncoder.sequence(DEREncoder.element(0x82, [0xFF])))], "indirect"),
            (
                [
                    Tests.item(
                        scope, critical: true, DEREncoder.sequence(point, users, DEREncoder.element(0x84, [0xFF])))
                ],
                "indirect"
            ),
            (
                [
                    Tests.item(
                        scope, critical: true,
                        DEREncoder.sequence(
                            DEREncoder.element(0xA0, DEREncoder.element(0xA0, [0x86, 0x01, 0x61, 0x86, 0x01, 0x62]))))
                ], "2 URIs"
            ),
        ]
        for (extensions, part) in table {
            let problem = try problem(crafted(extensions: extensions))
            #expect(problem.contains(part), "\(part): \(problem)")
        }
        #expect(try RevocationList(reading: crafted(extensions: [Tests.item(unknown, []), Tests.number])).number == 5)
        let scoped = try RevocationList(
            reading: crafted(extensions: [Tests.item(scope, critical: true, DEREncoder.sequence(point, users))]))
        #expect(scoped.distributionPoint == "a" && scoped.onlyContainsUserCertificates)
    }

    @Test("reasons that are not known here, and critical extensions of an entry, are refused")
    func entryExtensions() throws {
        typealias Tests = RevocationListReadingTests
        for code: UInt8 in [6, 7, 8, 11, 0xFF] {
            #expect(try problem(crafted(entries: [Tests.reason(code)])).contains("reason code"))
        }
        let issuer = Tests.entry([Tests.item(ObjectIdentifier(2, 5, 29, 29), critical: true, DEREncoder.sequence())])
        #expect(try problem(crafted(entries: [issuer])).contains("2.5.29.29"))
        let invalidity = Tests.entry([Tests.item(ObjectIdentifier(2, 5, 29, 24), DEREncoder.null)])
        #expect(try RevocationList(reading: crafted(entries: [invalidity])).entries.count == 1)
        for reason in RevocationReason.allCases {
            let list = try RevocationList(reading: crafted(entries: [Tests.reason(reason.crlReason)]))
            #expect(list.entries[0].reason == reason)
        }
    }

    @Test("PEM has to hold one CRL and nothing else")
    func pem() throws {
        let (der, key) = (crafted(), try PrivateKey.generate(.ecdsaP256))
        let block = PEM.encode("X509 CRL", der)
        #expect(try RevocationList(reading: Array("text\n".utf8) + block).der == der)
        #expect(try problem(block + block).contains("2 PEM blocks"))
        #expect(try problem(PEM.encode("PUBLIC KEY", key.publicKey.der)).contains("PUBLIC KEY"))
    }

    @Test("a list that is cut off anywhere is refused, and one with any byte changed does not verify")
    func damaged() throws {
        let pki = try ThrowawayPKI(now: now)
        let entries = Array(RevocationListTests.entries.prefix(3))
        let der = try RevocationListSigner(authority: pki.authority, signature: .ecdsaWithSHA256).sign(
            RevocationListOrder(
                number: 1, thisUpdate: now, nextUpdate: now + .days(1), entries: entries, distributionPoint: "http://a/"
            )
        ).der
        for length in 0..<der.count { _ = try problem(Array(der[..<length])) }
        for position in der.indices {
            var bytes = der
            bytes[position] ^= 0x04
            if let list = try? RevocationList(reading: bytes) {
                #expect(try !list.isSigned(by: pki.key.publicKey), "byte \(position)")
            }
        }
    }
}

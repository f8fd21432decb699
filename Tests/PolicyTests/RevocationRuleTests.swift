import Policy
import RotationModel
import Testing

@Suite("Which certificates a revocation names")
struct RevocationRuleTests {
    private static let digest = String(repeating: "5a", count: 32)
    private static let otherDigest = String(repeating: "a5", count: 32)

    private func rule(_ lines: String) throws -> RevocationRule {
        let loaded = load(revocation(lines))
        return try #require(loaded.set?.revocations.first, "\(loaded.told)")
    }

    private func certificate(
        fingerprint: String = digest, serial: [UInt8] = [0x00, 0xF3, 0x9A],
        issuer: String = "CN=Example CA,O=Example",
        notBefore: Timestamp = "2026-05-31T23:59:59Z", key: KeyAlgorithm = .rsa(bits: 1024),
        keyFingerprint: String = digest, signature: SignatureAlgorithm = .other("SHA1WITHRSA"), shared: Bool = true
    ) throws -> RevocableFacts {
        RevocableFacts(
            fingerprint: try #require(Fingerprint(hex: fingerprint)), serialNumber: SerialNumber(bytes: serial),
            issuer: issuer, notBefore: notBefore, key: key,
            keyFingerprint: try #require(KeyFingerprint(hex: keyFingerprint)), signature: signature,
            isKeyShared: shared)
    }

    private func matches(
        _ rule: RevocationRule, _ certificate: RevocableFacts, lot: String = "2211", id: String = "sensor-1"
    ) -> Bool {
        rule.matches(
            certificate, SelectorFacts(account: "1", labels: ["lot": lot], issuer: certificate.issuer),
            id: DeviceID(checked: id))
    }

    @Test("Everything of the format is read")
    func everything() throws {
        let rule = try rule(
            """
            description: a lot
            match: { labels: { lot: "2211" }, device: "sensor-*" }
            certificates:
              fingerprints: [\(RevocationRuleTests.digest)]
              serials: [00:F3:9A]
              issuer: "CN=Example CA,O=Example"
              keys: \(RevocationRuleTests.otherDigest)
              issuedBefore: 2026-06-01
              key: [rsa-1024, dsa-1024+]
              signature: [SHA1WITHRSA, ECDSA-WITH-SHA256]
              sharedKey: true
            reason: cessationOfOperation
            mode: replace-then-revoke
            deadline: 72h
            """)
        #expect((rule.name, rule.description) == ("lot", "a lot"))
        #expect(rule.place == PolicyPlace(file: "1.yaml", line: 3))
        #expect(rule.match.labels == ["lot": ["2211"]])
        #expect(
            rule.certificates
                == CertificateSelector(
                    fingerprints: [try #require(Fingerprint(hex: RevocationRuleTests.digest))],
                    serials: [try #require(SerialPattern("f39a"))],
                    issuers: [DistinguishedNameText("CN=Example CA,O=Example")],
                    keys: [try #require(KeyFingerprint(hex: RevocationRuleTests.otherDigest))],
                    issuedBefore: "2026-06-01T00:00:00Z",
                    keyKinds: [try #require(KeyPattern("rsa-1024")), try #require(KeyPattern("dsa-1024+"))],
                    signatures: [.other("SHA1WITHRSA"), .ecdsaWithSHA256], sharedKey: true))
        #expect(
            (rule.reason, rule.mode, rule.deadline) == (.cessationOfOperation, .replaceThenRevoke, .hours(72)))
    }

    @Test(
        "The mode is replace-then-revoke where none is given, with no deadline, and every certificate of the devices is meant"
    )
    func defaults() throws {
        let rule = try rule("match: { labels: { lot: a } }\nreason: superseded")
        #expect((rule.mode, rule.deadline) == (.replaceThenRevoke, nil))
        #expect(rule.certificates.isEmpty && !rule.needsCertificates && !rule.needsKeySharing)
        #expect(matches(rule, try certificate(), lot: "a"))
    }

    @Test("Rules stand in the order of the files, and a file may hold nothing else")
    func fileOrder() throws {
        let lines = "match: { labels: { lot: a } }\nreason: superseded"
        let loaded = load(revocation(lines, name: "z"), policy(), revocation(lines, name: "a"))
        #expect(loaded.told == [])
        #expect(try #require(loaded.set).revocations.map(\.name) == ["z", "a"])
    }

    @Test("Each condition alone decides", arguments: 0..<conditions.count)
    func eachCondition(index: Int) throws {
        let (line, change) = RevocationRuleTests.conditions[index]
        let rule = try rule("certificates: { \(line) }\nreason: superseded")
        #expect(matches(rule, try certificate()), "\(line)")
        #expect(!matches(rule, try change(self)), "\(line)")
        #expect(rule.needsKeySharing == line.hasPrefix("sharedKey"))
        #expect(rule.needsCertificates == !line.hasPrefix("issuer:"))
    }

    private static let conditions: [(String, @Sendable (RevocationRuleTests) throws -> RevocableFacts)] = [
        (
            "fingerprints: [\(otherDigest), \(digest.uppercased())]",
            { try $0.certificate(fingerprint: String(repeating: "77", count: 32)) }
        ),
        (
            "keys: [\(otherDigest), \(digest)]",
            { try $0.certificate(keyFingerprint: String(repeating: "77", count: 32)) }
        ),
        (
            "serials: [1, f39a], issuer: \"CN=Example CA,O=Example\"",
            { try $0.certificate(serial: [0x01, 0xF3, 0x9A]) }
        ),
        (
            "serials: [1, f39a], issuer: \"CN=Example CA,O=Example\"",
            { try $0.certificate(issuer: "CN=Another CA,O=Example") }
        ),
        ("issuer: \"cn=Example CA, o=Example\"", { try $0.certificate(issuer: "CN=Another CA,O=Example") }),
        ("issuedBefore: 2026-06-01", { try $0.certificate(notBefore: "2026-06-01T00:00:00Z") }),
        ("issuedBefore: \"2026-06-01T01:00:00+01:00\"", { try $0.certificate(notBefore: "2026-06-01T00:00:00Z") }),
        ("key: [rsa-512, rsa-1024]", { try $0.certificate(key: .rsa(bits: 1025)) }),
        ("key: rsa-1024+", { try $0.certificate(key: .rsa(bits: 1023)) }),
        ("key: rsa-1024+", { try $0.certificate(key: .dsa(bits: 1024)) }),
        ("signature: [MD5WITHRSA, SHA1WITHRSA]", { try $0.certificate(signature: .sha256WithRSA) }),
        ("sharedKey: true", { try $0.certificate(shared: false) }),
    ]

    @Test("Every condition must hold, the device's and the certificate's")
    func allConditions() throws {
        let rule = try rule(
            """
            match: { labels: { lot: "2211" }, device: "sensor-*", issuer: "CN=Example CA,O=Example" }
            certificates: { issuedBefore: 2026-06-01, key: rsa-1024 }
            reason: superseded
            """)
        #expect(matches(rule, try certificate()))
        #expect(!matches(rule, try certificate(), lot: "2212"))
        #expect(!matches(rule, try certificate(), id: "pump-1"))
        #expect(!matches(rule, try certificate(issuer: "CN=Another CA")))
        #expect(!matches(rule, try certificate(notBefore: "2026-06-02T00:00:00Z")))
        #expect(!matches(rule, try certificate(key: .ecdsaP256)))
    }

    @Test(
        "A serial number is compared as a number, however it is written",
        arguments: [
            ("f39a", [0x00, 0xF3, 0x9A], true), ("00F39A", [0x00, 0xF3, 0x9A], true),
            ("0xf39a", [0x00, 0xF3, 0x9A], true), ("00:00:f3:9A", [0x00, 0xF3, 0x9A], true),
            ("f39", [0x0F, 0x39], true), ("f39a00", [0x00, 0xF3, 0x9A], false), ("0", [0x00], true),
            ("00", [0x01], false), ("f39a", [0xF3, 0x9A], true), ("-1", [0xFF], true),
        ] as [(String, [UInt8], Bool)])
    func serials(text: String, bytes: [UInt8], isSame: Bool) throws {
        let pattern = try #require(SerialPattern(text))
        #expect((pattern == SerialPattern(SerialNumber(bytes: bytes))) == isSame)
    }

    @Test(
        "What is no hexadecimal number is no serial number",
        arguments: ["", "0x", "f3 9a", "f3-9a", "xyz", "f3:", "f:39", "f39:a0", "--1", "٣"])
    func noSerials(text: String) {
        #expect(SerialPattern(text) == nil)
    }

    @Test(
        "Any key that a certificate can have may be named, by what it describes itself as",
        arguments: [
            KeyAlgorithm.rsa(bits: 512), .rsa(bits: 1024), .rsa(bits: 16_384), .dsa(bits: 1024), .ecdsaP256,
            .ecdsaP384, .ecdsaP521, .ed25519, .other("1.3.132.0.10"), .other("dsa"),
        ])
    func keyKinds(key: KeyAlgorithm) throws {
        let pattern = try #require(KeyPattern(key.description))
        #expect(pattern.matches(key))
        #expect(pattern.description == key.description)
        #expect(!pattern.matches(.rsa(bits: 2048)))
    }

    @Test("A plus takes longer keys in, of RSA and of DSA")
    func longerKeys() throws {
        let rsa = try #require(KeyPattern("rsa-2048+"))
        #expect(rsa.matches(.rsa(bits: 2048)) && rsa.matches(.rsa(bits: 3072)) && !rsa.matches(.rsa(bits: 2047)))
        let dsa = try #require(KeyPattern("dsa-1024+"))
        #expect(dsa.matches(.dsa(bits: 2048)) && !dsa.matches(.rsa(bits: 2048)))
        #expect(rsa.description == "rsa-2048+")
    }

    @Test(
        "What no key describes itself as is no kind of key",
        arguments: [
            "rsa", "RSA-2048", "rsa-02048", "rsa-0", "rsa-2048++", "ecdsa-p256+", "ed25519+", "dsa+", "p256", "1",
            "1.02", "",
        ])
    func noKeyKinds(text: String) {
        #expect(KeyPattern(text) == nil)
    }
}

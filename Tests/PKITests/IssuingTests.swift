import PKI
import RotationModel
import RotationTesting
import Testing

@Suite("Issuing certificates")
struct IssuingTests {
    static let ways: [(KeyAlgorithm, SignatureAlgorithm)] = [
        (.rsa(bits: 2048), .sha256WithRSA), (.rsa(bits: 2048), .sha384WithRSA), (.rsa(bits: 2048), .sha512WithRSA),
        (.rsa(bits: 2048), .rsassaPSS), (.dsa(bits: 2048), .dsaWithSHA256), (.ecdsaP256, .ecdsaWithSHA256),
        (.ecdsaP384, .ecdsaWithSHA384), (.ecdsaP521, .ecdsaWithSHA512), (.ecdsaP256, .ecdsaWithSHA512),
        (.ecdsaP521, .ecdsaWithSHA256),
    ]

    @Test("OpenSSL accepts what is signed with each of the registry's algorithms", arguments: ways)
    func verifies(key: KeyAlgorithm, signature: SignatureAlgorithm) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(key))
        let device = try pki.device("sensor-1", signature: signature)
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", pki.authority.certificate.pem)
        try folder.write("device.pem", device.certificate.pem)
        let verdict = try openssl(
            [
                "verify", "-x509_strict", "-purpose", "sslclient", "-attime", "\(now.seconds)", "-CAfile", "ca.pem",
                "device.pem",
            ], in: folder)
        #expect(verdict.text.contains("device.pem: OK"))
        #expect(device.certificate.signatureAlgorithm == signature && !device.certificate.isSignatureWeak)
        #expect(try device.certificate.isSigned(by: pki.key.publicKey))
        #expect(try !device.certificate.isSigned(by: PrivateKey.generate(.ecdsaP256).publicKey))
    }

    @Test("a reader finds in the bytes what was ordered", arguments: ways)
    func reads(key: KeyAlgorithm, signature: SignatureAlgorithm) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(key))
        let profile = CertificateProfile(
            signature: signature, keyUsage: [.digitalSignature, .keyAgreement, .decipherOnly],
            extendedKeyUsage: [.clientAuth, .serverAuth], crlURL: "http://crl.example.com/1.crl")
        let names: [GeneralName] = [
            .uri("urn:device:1:a"), .dns("a.example.com"), .email("a@example.com"), .ip([10, 0, 0, 1]),
        ]
        let ordered = order(try PrivateKey.generate(.ecdsaP384).publicKey, names: names)
        let made = try CertificateSigner(authority: pki.authority, profile: profile).sign(ordered)
        #expect(made.serialNumber == ordered.serialNumber)
        #expect(made.issuer == pki.authority.certificate.subject && made.subject == ordered.subject)
        #expect(made.notBefore == ordered.notBefore && made.notAfter == ordered.notAfter)
        #expect(made.publicKey == ordered.publicKey && made.publicKey.algorithm == .ecdsaP384)
        #expect(made.signatureAlgorithm == signature && !made.isSignatureWeak)
        #expect(
            made.pss
                == (signature == .rsassaPSS ? PSSParameters(hash: .sha256, maskHash: .sha256, saltLength: 32) : nil))
        #expect(!made.isAuthority && made.keyUsage == [.digitalSignature, .keyAgreement, .decipherOnly])
        #expect(made.extendedKeyUsage == ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"])
        #expect(made.subjectAlternativeNames == names && made.subjectKeyIdentifier?.count == 20)
        #expect(made.crlDistributionPoints == ["http://crl.example.com/1.crl"])
        #expect(made.authorityKeyIdentifier == pki.authority.certificate.subjectKeyIdentifier)
    }

    @Test("OpenSSL prints the extensions that were ordered, critical where they must be")
    func text() throws {
        let pki = try ThrowawayPKI(now: now)
        let profile = CertificateProfile(
            signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth],
            crlURL: "http://crl.example.com/1.crl")
        let certificate = try CertificateSigner(authority: pki.authority, profile: profile)
            .sign(order(PrivateKey.generate(.ecdsaP256).publicKey, names: [.uri("urn:device:1:a")]))
        let folder = try TemporaryFolder()
        let text = try openssl(
            ["x509", "-noout", "-text", "-nameopt", "RFC2253"], in: folder, input: Array(certificate.pem.utf8)
        ).text
        let lines = text.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
        for (heading, value) in [
            ("X509v3 Basic Constraints: critical", "CA:FALSE"), ("X509v3 Key Usage: critical", "Digital Signature"),
            ("X509v3 Extended Key Usage: ", "TLS Web Client Authentication"),
            ("X509v3 Subject Alternative Name: ", "URI:urn:device:1:a"),
        ] {
            let at = try #require(lines.firstIndex { $0 == heading }, "\(heading) is missing")
            #expect(lines[at + 1] == value)
        }
        #expect(text.contains("Version: 3") && text.contains("URI:http://crl.example.com/1.crl"))
        #expect(text.contains("X509v3 Subject Key Identifier") && text.contains("X509v3 Authority Key Identifier"))
        #expect(text.contains("Subject: CN=sensor-1,O=Example Devices"))
    }

    @Test("OpenSSL computes the same subject key identifier as RFC 5280's first method")
    func keyIdentifier() throws {
        let folder = try TemporaryFolder()
        try openssl(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "k",
                "-out", "c", "-subj", "/CN=a",
            ], in: folder)
        let certificate = try Certificate(reading: folder.read("c"))
        let pki = try ThrowawayPKI(now: now)
        let made = try pki.certificate(device: "a", key: certificate.publicKey)
        #expect(made.subjectKeyIdentifier == certificate.subjectKeyIdentifier)
    }

    @Test("the alternative name is critical exactly when there is no subject")
    func criticalName() throws {
        let pki = try ThrowawayPKI(now: now)
        let key = try PrivateKey.generate(.ecdsaP256).publicKey
        let folder = try TemporaryFolder()
        for (subject, heading) in [
            (DistinguishedName([]), "X509v3 Subject Alternative Name: critical"),
            (ThrowawayPKI.name("a"), "X509v3 Subject Alternative Name: \n"),
        ] {
            let certificate = try pki.signer().sign(order(key, subject: subject, names: [.dns("a.example.com")]))
            let text = try openssl(["x509", "-noout", "-text"], in: folder, input: Array(certificate.pem.utf8)).text
            #expect(text.contains(heading))
        }
    }

    @Test("dates after 2049 are GeneralizedTime, and OpenSSL reads them")
    func lateDates() throws {
        let pki = try ThrowawayPKI(now: now)
        let end = try #require(Timestamp(rfc3339: "2050-01-01T00:00:00Z"))
        let certificate = try pki.signer().sign(order(PrivateKey.generate(.ecdsaP256).publicKey, notAfter: end))
        let folder = try TemporaryFolder()
        let text = try openssl(["asn1parse"], in: folder, input: Array(certificate.pem.utf8)).text
        #expect(
            text.contains("UTCTIME           :261201000000Z") && text.contains("GENERALIZEDTIME   :20500101000000Z"))
        #expect(try Certificate(der: certificate.der).notAfter == end)
    }

    @Test("orders that cannot be certificates are refused")
    func badOrders() throws {
        let signer = try ThrowawayPKI(now: now).signer()
        let key = try PrivateKey.generate(.ecdsaP256).publicKey
        let orders = [
            order(key, serial: [UInt8](repeating: 0x41, count: 15)),
            order(key, serial: [UInt8](repeating: 0x41, count: 21)),
            order(key, serial: [UInt8](repeating: 0x80, count: 16)),
            order(key, serial: [UInt8](repeating: 0, count: 16)),
            order(key, serial: [0, 0x7F] + [UInt8](repeating: 1, count: 15)),
            order(key, subject: DistinguishedName([])), order(key, notBefore: now, notAfter: now - .days(1)),
            order(key, names: [.uri("urn:device:日本")]), order(key, names: [.ip([1, 2, 3])]),
            order(key, names: [.dns("")]),
        ]
        for order in orders { #expect(try failure { _ = try signer.sign(order) }.code == .badInput) }
    }

    @Test(
        "a signature algorithm that the authority's key cannot do is refused, with those it can",
        arguments: [
            (.ecdsaP256, .sha256WithRSA, "ECDSA-WITH-SHA256"), (.rsa(bits: 2048), .ecdsaWithSHA256, "RSASSAPSS"),
            (.ecdsaP384, .dsaWithSHA256, "ECDSA-WITH-SHA384"), (.ecdsaP256, .other("SHA1WITHRSA"), "ECDSA-WITH-SHA256"),
        ] as [(KeyAlgorithm, SignatureAlgorithm, String)])
    func mismatch(key: KeyAlgorithm, signature: SignatureAlgorithm, advice: String) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(key))
        let error = try failure { _ = try pki.signer(signature) }
        #expect(error.code == .configuration && error.advice.contains(advice))
    }

    @Test("one signer on each of several threads issues certificates that all verify")
    func concurrency() async throws {
        let pki = try ThrowawayPKI(now: now)
        let key = try PrivateKey.generate(.ecdsaP256).publicKey
        let good = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let signer = try pki.signer()
                    return try (0..<50).count { number in
                        try signer.sign(order(key, subject: ThrowawayPKI.name("\(worker)-\(number)"))).isSigned(
                            by: pki.key.publicKey)
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(good == 200)
    }
}

@Suite("Authorities")
struct AuthorityTests {
    @Test("a key that is not the certificate's is refused")
    func wrongKey() throws {
        let pki = try ThrowawayPKI(now: now)
        let error = try failure {
            _ = try Authority(name: "ca", certificate: pki.authority.certificate, key: PrivateKey.generate(.ecdsaP256))
        }
        #expect(error.code == .configuration && error.place == "authority ca")
    }

    @Test("a device's certificate makes no authority, and none may stand in a chain")
    func notAuthority() throws {
        let pki = try ThrowawayPKI(now: now)
        let device = try pki.device("sensor-1")
        #expect(
            try failure { _ = try Authority(name: "ca", certificate: device.certificate, key: device.key) }.code
                == .configuration)
        let error = try failure {
            _ = try Authority(
                name: "ca", certificate: pki.authority.certificate, chain: [device.certificate], key: pki.key)
        }
        #expect(error.code == .configuration && error.place.contains("chain"))
    }

    @Test("an authority that may not sign certificates is refused")
    func noCertificateSigning() throws {
        let folder = try TemporaryFolder()
        try openssl(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k"], in: folder)
        try folder.write("k", folder.read("k"), mode: 0o600)
        try openssl(
            ["req", "-x509", "-key", "k", "-out", "c", "-subj", "/CN=a", "-addext", "keyUsage=critical,cRLSign"],
            in: folder)
        let key = try PrivateKey.load(path: folder["k"])
        let error = try failure {
            _ = try Authority(name: "ca", certificate: Certificate(reading: folder.read("c")), key: key)
        }
        #expect(error.code == .configuration && error.message.contains("may not sign"))
    }

    @Test("an authority signs from its first second to its last")
    func dates() throws {
        let authority = try ThrowawayPKI(now: now).authority
        try authority.check(at: authority.certificate.notBefore)
        try authority.check(at: authority.certificate.notAfter)
        #expect(
            try failure { try authority.check(at: authority.certificate.notBefore - TimeSpan(seconds: 1)) }.code
                == .configuration)
        #expect(
            try failure { try authority.check(at: authority.certificate.notAfter + TimeSpan(seconds: 1)) }.code
                == .configuration)
    }

    @Test(
        "OpenSSL takes a self-signed authority of each kind of key",
        arguments: [.ecdsaP256, .ecdsaP384, .ecdsaP521, .rsa(bits: 2048), .dsa(bits: 2048)] as [KeyAlgorithm])
    func selfSigned(algorithm: KeyAlgorithm) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(algorithm))
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", pki.authority.certificate.pem)
        try openssl(
            ["verify", "-x509_strict", "-check_ss_sig", "-attime", "\(now.seconds)", "-CAfile", "ca.pem", "ca.pem"],
            in: folder)
        #expect(
            pki.authority.certificate.isAuthority && pki.authority.certificate.keyUsage == [.keyCertSign, .cRLSign])
        #expect(pki.authority.certificate.publicKey.algorithm == algorithm)
    }
}

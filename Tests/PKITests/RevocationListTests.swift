import Basics
import RotationModel
import RotationTesting
import Testing

@testable import PKI

/// CRLs that are signed here, as others read them.
@Suite("Signing CRLs")
struct RevocationListTests {
    static let authorities: [(KeyAlgorithm, SignatureAlgorithm)] = [
        (.ecdsaP256, .ecdsaWithSHA256), (.ecdsaP384, .ecdsaWithSHA384), (.rsa(bits: 2048), .sha256WithRSA),
        (.rsa(bits: 2048), .rsassaPSS), (.dsa(bits: 2048), .dsaWithSHA256),
    ]

    /// One entry for each reason, the first serial number with its top bit set.
    static let entries: [RevokedEntry] = RevocationReason.allCases.enumerated().map { number, reason in
        RevokedEntry(
            serialNumber: number == 0
                ? SerialNumber(bytes: [0] + [UInt8](repeating: 0xF0, count: 16)) : ThrowawayPKI.serial(reason.rawValue),
            revokedAt: now - .days(Int64(number)), reason: reason)
    }

    private func order(
        number: UInt64 = 7, entries: [RevokedEntry] = RevocationListTests.entries, point: String? = nil,
        nextUpdate: Timestamp = now + .days(7)
    ) -> RevocationListOrder {
        RevocationListOrder(
            number: number, thisUpdate: now, nextUpdate: nextUpdate, entries: entries, distributionPoint: point)
    }

    private func signer(_ pki: ThrowawayPKI, _ signature: SignatureAlgorithm? = nil) throws -> RevocationListSigner {
        let algorithm = try #require(signature ?? SigningAbility(of: pki.key.publicKey).signatures.first)
        return try RevocationListSigner(authority: pki.authority, signature: algorithm)
    }

    // MARK: What others read

    @Test("OpenSSL reads number, dates, key identifier and reasons, for each kind of authority", arguments: authorities)
    func openSSLReads(key: KeyAlgorithm, signature: SignatureAlgorithm) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(key))
        let list = try signer(pki, signature).sign(order(number: 0x0102_0304_0506_0708))
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", pki.authority.certificate.pem)
        let outcome = try openssl(
            ["crl", "-inform", "DER", "-text", "-nameopt", "RFC2253", "-noout", "-CAfile", "ca.pem"], in: folder,
            input: list.der)
        #expect(outcome.errors.contains("verify OK"))
        let text = outcome.text
        #expect(
            text.contains("Version 2 (0x1)") && text.contains("Issuer: CN=Example Fleet CA 1,O=Example Devices"))
        #expect(text.contains("Last Update: Dec  1 00:00:00 2026 GMT"))
        #expect(text.contains("Next Update: Dec  8 00:00:00 2026 GMT"))
        let identifier = try #require(pki.authority.certificate.subjectKeyIdentifier)
        let colons = identifier.map { Hex.encode([$0]).uppercased() }.joined(separator: ":")
        #expect(text.contains("X509v3 Authority Key Identifier: \n                \(colons)"))
        #expect(text.contains("X509v3 CRL Number: \n                72623859790382856\n"))
        #expect(!text.contains("critical"))

        // In the order of the numbers; what is unspecified has no reason.
        let serials = text.split(separator: "Serial Number: ").dropFirst().map { $0.prefix { $0.isHexDigit } }
        let sorted = RevocationListTests.entries.map { Hex.encode($0.serialNumber.bytes.drop { $0 == 0 }).uppercased() }
            .sorted()
        #expect(serials == sorted.map { $0[...] })
        let reasons = text.split(separator: "X509v3 CRL Reason Code: \n").dropFirst()
            .map { $0.prefix { $0 != "\n" }.trimmingPrefix { $0 == " " } }
        #expect(
            reasons.sorted() == [
                "AA Compromise", "Affiliation Changed", "CA Compromise", "Cessation Of Operation", "Key Compromise",
                "Privilege Withdrawn", "Superseded",
            ])
    }

    @Test(
        "OpenSSL refuses the revoked certificate and takes another, for each kind of authority", arguments: authorities)
    func openSSLJudges(key: KeyAlgorithm, signature: SignatureAlgorithm) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(key))
        let (good, bad) = (try pki.device("good").certificate, try pki.device("bad").certificate)
        let entry = RevokedEntry(serialNumber: bad.serialNumber, revokedAt: now, reason: .keyCompromise)
        let list = try signer(pki, signature).sign(order(entries: [entry]))
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", pki.authority.certificate.pem)
        try folder.write("crl.pem", list.pem)
        for (name, certificate) in [("good", good), ("bad", bad)] {
            try folder.write("device.pem", certificate.pem)
            let outcome = try ExternalProgram.run(
                [
                    "openssl", "verify", "-x509_strict", "-crl_check", "-attime", "\(now.seconds + 60)", "-CAfile",
                    "ca.pem", "-CRLfile", "crl.pem", "device.pem",
                ], in: folder.path)
            #expect((outcome.status == 0) == (name == "good"), "\(name): \(outcome.errors)")
            if name == "bad" { #expect(outcome.errors.contains("certificate revoked")) }
        }
    }

    @Test("a shard's list judges the certificates that name it, and no others")
    func sharded() throws {
        let pki = try ThrowawayPKI(now: now)
        let urls = (0..<4).map { "http://crl.example.com/fleet-ca-1-\($0 + 1)-of-4.crl" }
        let profile = CertificateProfile(
            signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth], crlURLs: urls)
        let issuing = try CertificateSigner(authority: pki.authority, profile: profile)
        let key = try PrivateKey.generate(.ecdsaP256).publicKey
        let issued = try (0..<40).map {
            try issuing.sign(PKITests.order(key, serial: ThrowawayPKI.serial("\($0)").bytes))
        }
        for certificate in issued {
            #expect(certificate.crlDistributionPoints == [urls[certificate.serialNumber.shard(of: 4)]])
        }
        let shard = issued.filter { $0.serialNumber.shard(of: 4) == 2 }
        try #require(shard.count >= 2 && issued.count - shard.count > 10)
        let entry = RevokedEntry(serialNumber: shard[0].serialNumber, revokedAt: now, reason: .superseded)
        let list = try signer(pki).sign(order(entries: [entry], point: urls[2]))
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", pki.authority.certificate.pem)
        try folder.write("crl.pem", list.pem)
        func verdict(_ certificate: Certificate) throws -> String {
            try folder.write("device.pem", certificate.pem)
            let outcome = try ExternalProgram.run(
                [
                    "openssl", "verify", "-x509_strict", "-crl_check", "-extended_crl", "-attime",
                    "\(now.seconds + 60)", "-CAfile", "ca.pem", "-CRLfile", "crl.pem", "device.pem",
                ], in: folder.path)
            return outcome.status == 0 ? "OK" : outcome.errors
        }
        #expect(try verdict(shard[0]).contains("certificate revoked"))
        #expect(try verdict(shard[1]) == "OK")
        let other = try #require(issued.first { $0.serialNumber.shard(of: 4) != 2 })
        let scope = try verdict(other)
        #expect(scope.contains("different CRL scope"), "\(scope)")

        let text = try openssl(["crl", "-text", "-noout"], in: folder, input: Array(list.pem.utf8)).text
        #expect(text.contains("X509v3 Issuing Distribution Point: critical"))
        #expect(text.contains("URI:\(urls[2])") && text.contains("Only User Certificates"))
    }

    @Test("GnuTLS reads the list and finds the signature right", arguments: authorities)
    func gnuTLS(key: KeyAlgorithm, signature: SignatureAlgorithm) throws {
        let key = try SharedKeys.key(key)
        let url = "http://crl.example.com/fleet-ca-1-1-of-4.crl"
        // certtool cannot be told a time: what it judges is current for a century.
        let (start, end) = (Timestamp(seconds: 1_000_000_000), Timestamp(seconds: 4_000_000_000))
        let certificate = try SelfSigned.authority(
            subject: ThrowawayPKI.name("ca"), key: key, notBefore: start, notAfter: end,
            serial: ThrowawayPKI.serial("ca"))
        let authority = try Authority(name: "ca", certificate: certificate, key: key)
        let list = try RevocationListSigner(authority: authority, signature: signature).sign(
            RevocationListOrder(
                number: 300, thisUpdate: start, nextUpdate: end, entries: RevocationListTests.entries,
                distributionPoint: url))
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", certificate.pem)
        try folder.write("crl.pem", list.pem)
        let shown = try ExternalProgram.run(["certtool", "--crl-info", "--infile", "crl.pem"], in: folder.path)
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.text.contains("Version: 2") && shown.text.contains("CRL Number (not critical): 012c"))
        let identifier = Hex.encode(try #require(certificate.subjectKeyIdentifier))
        #expect(shown.text.contains(identifier) && shown.text.contains("Revoked certificates (8)"))
        let judged = try ExternalProgram.run(
            ["certtool", "--verify-crl", "--load-ca-certificate", "ca.pem", "--infile", "crl.pem"], in: folder.path)
        let isVerified = judged.text.contains("Verification output: Verified")
        #expect(isVerified, "\(judged.text.suffix(300)) \(judged.errors)")
    }

    @Test("Python's cryptography reads the same entries, extensions and signature", arguments: authorities)
    func pythonReads(key: KeyAlgorithm, signature: SignatureAlgorithm) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(key))
        let url = "http://crl.example.com/fleet-ca-1-1-of-4.crl"
        let list = try signer(pki, signature).sign(order(number: 300, point: url))
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", pki.authority.certificate.pem)
        try folder.write("crl.der", list.der)
        let script = """
            from datetime import timezone
            from cryptography import x509
            crl = x509.load_der_x509_crl(open("crl.der", "rb").read())
            ca = x509.load_pem_x509_certificate(open("ca.pem", "rb").read())
            print(crl.is_signature_valid(ca.public_key()), crl.issuer == ca.subject)
            for e in crl.extensions:
                v = e.value
                if isinstance(v, x509.CRLNumber): print("number", v.crl_number, e.critical)
                elif isinstance(v, x509.AuthorityKeyIdentifier): print("aki", v.key_identifier.hex(), e.critical)
                elif isinstance(v, x509.IssuingDistributionPoint):
                    print("idp", v.full_name[0].value, v.only_contains_user_certs, v.indirect_crl, e.critical)
                else: print("other", e)
            for r in crl:
                reason = [e.value.reason.name for e in r.extensions]
                # Newer versions have dates with a zone, and warn of those without.
                at = r.revocation_date_utc if hasattr(r, "revocation_date_utc") else r.revocation_date
                print(format(r.serial_number, "x"), int(at.replace(tzinfo=timezone.utc).timestamp()), *reason)
            """
        let outcome = try ExternalProgram.run([python, "-c", script], in: folder.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let names: [RevocationReason: String] = [
            .keyCompromise: " key_compromise", .cACompromise: " ca_compromise",
            .affiliationChanged: " affiliation_changed", .superseded: " superseded",
            .cessationOfOperation: " cessation_of_operation", .privilegeWithdrawn: " privilege_withdrawn",
            .aACompromise: " aa_compromise",
        ]
        let identifier = Hex.encode(try #require(pki.authority.certificate.subjectKeyIdentifier))
        let expected =
            ["True True", "aki \(identifier) False", "number 300 False", "idp \(url) True False True"]
            + list.entries.map { entry in
                "\(Hex.encode(entry.serialNumber.bytes.drop { $0 == 0 })) \(entry.revokedAt.seconds)\(names[entry.reason] ?? "")"
            }
        #expect(outcome.text.split(separator: "\n").map(String.init) == expected)
    }

    // MARK: What is written

    @Test("what the signer gives back is what a reader of the bytes finds", arguments: authorities)
    func equalsReading(key: KeyAlgorithm, signature: SignatureAlgorithm) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(key))
        for point in [nil, "http://crl.example.com/1.crl"] {
            let made = try signer(pki, signature).sign(order(number: .max, point: point))
            for bytes in [made.der, Array(made.pem.utf8)] {
                let read = try RevocationList(reading: bytes)
                #expect(read.der == made.der && read.issuer == made.issuer && read.entries == made.entries)
                #expect(read.issuer == pki.authority.certificate.subject)
                #expect(read.thisUpdate == made.thisUpdate && read.nextUpdate == made.nextUpdate)
                #expect(read.thisUpdate == now && read.nextUpdate == now + .days(7))
                #expect(read.number == made.number && read.number == .max)
                #expect(read.authorityKeyIdentifier == made.authorityKeyIdentifier)
                #expect(read.authorityKeyIdentifier == pki.authority.certificate.subjectKeyIdentifier)
                #expect(read.distributionPoint == made.distributionPoint && read.distributionPoint == point)
                #expect(read.onlyContainsUserCertificates == made.onlyContainsUserCertificates)
                #expect(read.onlyContainsUserCertificates == (point != nil))
                #expect(read.signatureAlgorithm == made.signatureAlgorithm && read.signatureAlgorithm == signature)
                #expect(try read.isSigned(by: pki.key.publicKey) && made.isSigned(by: pki.key.publicKey))
                #expect(try !read.isSigned(by: PrivateKey.generate(.ecdsaP256).publicKey))
            }
        }
    }

    @Test("a list of nobody has no list of entries, and OpenSSL takes it")
    func empty() throws {
        let pki = try ThrowawayPKI(now: now)
        let list = try signer(pki).sign(order(number: 0, entries: []))
        let folder = try TemporaryFolder()
        let text = try openssl(["crl", "-inform", "DER", "-text", "-noout"], in: folder, input: list.der).text
        #expect(text.contains("No Revoked Certificates.") && text.contains("CRL Number: \n                0\n"))
        let read = try RevocationList(reading: list.der)
        #expect(read.entries.isEmpty && read.number == 0)
    }

    @Test("a serial number that stands there twice is written once, as it was first revoked")
    func duplicates() throws {
        func entry(_ serial: [UInt8], _ seconds: Int64, _ reason: RevocationReason) -> RevokedEntry {
            RevokedEntry(
                serialNumber: SerialNumber(bytes: serial), revokedAt: now + TimeSpan(seconds: seconds), reason: reason)
        }
        let long = [UInt8](repeating: 0x41, count: 19)
        let entries = [
            entry(long + [2], 0, .superseded), entry([0x7F], 9, .superseded), entry(long + [1], 0, .superseded),
            entry([0x7F], 5, .keyCompromise), entry([0x7F], 7, .unspecified), entry([0x00, 0x80], 0, .unspecified),
            entry([0x00, 0x80], 0, .keyCompromise), entry([0x01, 0x00], 0, .unspecified),
            entry([0x05], 0, .unspecified),
        ]
        let expected = [
            entry([0x05], 0, .unspecified), entry([0x7F], 5, .keyCompromise), entry([0x00, 0x80], 0, .keyCompromise),
            entry([0x01, 0x00], 0, .unspecified), entry(long + [1], 0, .superseded), entry(long + [2], 0, .superseded),
        ]
        let pki = try ThrowawayPKI(now: now)
        #expect(try RevocationList(reading: signer(pki).sign(order(entries: entries)).der).entries == expected)
        #expect(
            try RevocationList(reading: signer(pki).sign(order(entries: entries.reversed())).der).entries == expected)
    }

    @Test("dates after 2049 are GeneralizedTime, and OpenSSL reads them")
    func lateDates() throws {
        let pki = try ThrowawayPKI(now: now)
        let late = try #require(Timestamp(rfc3339: "2050-01-01T00:00:00Z"))
        let entry = RevokedEntry(serialNumber: ThrowawayPKI.serial("a"), revokedAt: late, reason: .superseded)
        let list = try signer(pki).sign(order(entries: [entry], nextUpdate: late))
        let folder = try TemporaryFolder()
        let text = try openssl(["asn1parse", "-inform", "DER"], in: folder, input: list.der).text
        #expect(text.contains("UTCTIME           :261201000000Z"))
        #expect(text.split(separator: "GENERALIZEDTIME   :20500101000000Z").count == 3)
        let read = try RevocationList(reading: list.der)
        #expect(read.nextUpdate == late && read.entries == [entry])
    }

    @Test("lengths of one to four octets are right, through a list of many")
    func manyEntries() throws {
        let pki = try ThrowawayPKI(now: now)
        var generator = SeededGenerator(seed: 5280)
        for count in [1, 2, 5, 1300, 5000] {
            let entries = (0..<count).map { number in
                RevokedEntry(
                    serialNumber: .random(size: 16 + number % 5, using: &generator),
                    revokedAt: now - .days(Int64(number)),
                    reason: RevocationReason.allCases[number % 8])
            }
            let list = try signer(pki).sign(order(entries: entries))
            let read = try RevocationList(reading: list.der)
            #expect(Set(read.entries) == Set(entries) && read.entries.count == count)
            #expect(read.entries == list.entries)
            #expect(try read.isSigned(by: pki.key.publicKey))
        }
    }

    // MARK: What is refused

    @Test("orders that cannot be CRLs are refused")
    func badOrders() throws {
        let signer = try signer(ThrowawayPKI(now: now))
        func entry(_ bytes: [UInt8]) -> [RevokedEntry] {
            [RevokedEntry(serialNumber: SerialNumber(bytes: bytes), revokedAt: now, reason: .superseded)]
        }
        let orders = [
            order(nextUpdate: now), order(nextUpdate: now - .days(1)), order(entries: entry([])),
            order(entries: entry([0x00, 0x01])), order(entries: entry([0xFF, 0x80])), order(point: ""),
            order(point: "http://日本/1.crl"), order(nextUpdate: Timestamp(seconds: 1 << 40)),
        ]
        for order in orders { #expect(try failure { _ = try signer.sign(order) }.code == .badInput) }
    }

    @Test("an authority whose KeyUsage lacks cRLSign is refused; without the extension it may sign")
    func mayNotSign() throws {
        let folder = try TemporaryFolder()
        try openssl(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k"], in: folder)
        try folder.write("k", folder.read("k"), mode: 0o600)
        let key = try PrivateKey.load(path: folder["k"])
        for (usage, may) in [("critical,keyCertSign", false), ("critical,keyCertSign,cRLSign", true), (nil, true)] {
            try openssl(
                ["req", "-x509", "-key", "k", "-out", "c", "-subj", "/CN=a"]
                    + (usage.map { ["-addext", "keyUsage=\($0)"] } ?? []), in: folder)
            let certificate = try Certificate(reading: folder.read("c"))
            #expect(certificate.maySignRevocationLists == may)
            let authority = try Authority(name: "ca", certificate: certificate, key: key)
            if may {
                _ = try RevocationListSigner(authority: authority, signature: .ecdsaWithSHA256)
            } else {
                let error = try failure {
                    _ = try RevocationListSigner(authority: authority, signature: .ecdsaWithSHA256)
                }
                #expect(error.code == .configuration && error.place == "authority ca")
                #expect(error.advice.contains("cRLSign"))
            }
        }
    }

    @Test("a signature algorithm that the authority's key cannot do is refused")
    func mismatch() throws {
        let error = try failure { _ = try signer(ThrowawayPKI(now: now), .sha256WithRSA) }
        #expect(error.code == .configuration && error.advice.contains("ECDSA-WITH-SHA256"))
    }
}

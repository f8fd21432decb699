import PKI
import RotationModel
import RotationTesting
import Testing

@Suite("Reading certificates")
struct CertificateReadingTests {
    /// What OpenSSL's `req -x509` makes of a key and more arguments.
    private func made(_ keyArguments: [String], _ arguments: [String] = []) throws -> Certificate {
        let folder = try TemporaryFolder()
        try folder.write("configuration", "[req]\ndistinguished_name=d\nprompt=no\n[d]\nCN=x\n")
        try openssl(["genpkey", "-out", "k"] + keyArguments, in: folder)
        try openssl(
            [
                "req", "-x509", "-config", "configuration", "-key", "k", "-out", "c", "-subj", "/O=Example/CN=a",
                "-days", "30",
            ]
                + arguments, in: folder)
        return try Certificate(reading: folder.read("c"))
    }

    @Test(
        "key and signature algorithms have the registry's names",
        arguments: [
            (
                ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], ["-sha1"], .rsa(bits: 1024),
                .other("SHA1WITHRSA"), true
            ),
            (
                ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], ["-md5"], .rsa(bits: 2048),
                .other("MD5WITHRSA"), true
            ),
            (
                ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], ["-sha512"], .rsa(bits: 2048),
                .sha512WithRSA, false
            ),
            (
                ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"], ["-sha1"], .ecdsaP521,
                .other("ECDSA-WITH-SHA1"), true
            ),
            (
                ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], ["-sha384"], .ecdsaP256, .ecdsaWithSHA384,
                false
            ),
            (
                ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"], ["-sha256"], .other("1.3.132.0.10"),
                .ecdsaWithSHA256, false
            ),
            (["-algorithm", "ED25519"], [], .ed25519, .other("ED25519"), false),
            (["-algorithm", "ED448"], [], .other("1.3.101.113"), .other("ED448"), true),
        ] as [([String], [String], KeyAlgorithm, SignatureAlgorithm, Bool)])
    func algorithms(
        keyArguments: [String], arguments: [String], key: KeyAlgorithm, signature: SignatureAlgorithm, isWeak: Bool
    ) throws {
        let certificate = try made(keyArguments, arguments)
        #expect(certificate.publicKey.algorithm == key && certificate.signatureAlgorithm == signature)
        #expect(certificate.isSignatureWeak == isWeak)
        #expect(
            certificate.subject.text == "CN=a,O=Example" && certificate.notAfter - certificate.notBefore == .days(30))
    }

    @Test(
        "RSASSA-PSS is read with its parameters, and weak where its hashes are",
        arguments: [
            (
                ["-sha256", "-sigopt", "rsa_pss_saltlen:32"],
                PSSParameters(hash: .sha256, maskHash: .sha256, saltLength: 32), false
            ),
            (
                ["-sha384", "-sigopt", "rsa_pss_saltlen:10"],
                PSSParameters(hash: .sha384, maskHash: .sha384, saltLength: 10), false
            ),
            (
                ["-sha512", "-sigopt", "rsa_pss_saltlen:20", "-sigopt", "rsa_mgf1_md:sha1"],
                PSSParameters(hash: .sha512, maskHash: .sha1, saltLength: 20), true
            ),
            (
                ["-sha1", "-sigopt", "rsa_pss_saltlen:20"], PSSParameters(hash: .sha1, maskHash: .sha1, saltLength: 20),
                true
            ),
            (
                ["-sha256", "-sigopt", "rsa_pss_saltlen:0"],
                PSSParameters(hash: .sha256, maskHash: .sha256, saltLength: 0), false
            ),
        ])
    func pss(arguments: [String], parameters: PSSParameters, isWeak: Bool) throws {
        let certificate = try made(
            ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], ["-sigopt", "rsa_padding_mode:pss"] + arguments)
        #expect(certificate.signatureAlgorithm == .rsassaPSS && certificate.pss == parameters)
        #expect(certificate.isSignatureWeak == isWeak)
        #expect(try certificate.isSigned(by: certificate.publicKey))
    }

    @Test(
        "an RSA key of its own PSS kind is RSA, with parameters and without",
        arguments: [[], ["-pkeyopt", "rsa_pss_keygen_md:sha256", "-pkeyopt", "rsa_pss_keygen_mgf1_md:sha256"]]
            as [[String]])
    func pssKey(options: [String]) throws {
        let certificate = try made(["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"] + options)
        #expect(certificate.publicKey.algorithm == .rsa(bits: 2048) && certificate.signatureAlgorithm == .rsassaPSS)
    }

    @Test("DSA keys and signatures are read")
    func dsa() throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(.dsa(bits: 2048)))
        let certificate = try Certificate(der: pki.authority.certificate.der)
        #expect(certificate.publicKey.algorithm == .dsa(bits: 2048) && certificate.signatureAlgorithm == .dsaWithSHA256)
        #expect(!certificate.isSignatureWeak && certificate.publicKey.weakness == nil)
    }

    @Test("the fingerprints are those that OpenSSL computes")
    func fingerprints() throws {
        let certificate = try ThrowawayPKI(now: now).device("a").certificate
        let folder = try TemporaryFolder()
        let text = try openssl(
            ["x509", "-noout", "-fingerprint", "-sha256"], in: folder, input: Array(certificate.pem.utf8)
        ).text
        #expect(text.lowercased().filter(\.isHexDigit).hasSuffix(certificate.fingerprint.hex))
        let publicKey = try openssl(["x509", "-noout", "-pubkey"], in: folder, input: Array(certificate.pem.utf8))
            .output
        #expect(SHA256.digest(try PEM.blocks(in: publicKey)[0].der) == certificate.publicKey.fingerprint.digest)
    }

    @Test(
        "odd serial numbers and all kinds of alternative names are read",
        arguments: ["-5", "0", "0x1122334455667788990011223344556677889900112233"])
    func oddities(serial: String) throws {
        let certificate = try made(
            ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            ["-set_serial", serial, "-addext", "subjectAltName=DNS:a.b,URI:urn:x,email:a@b,IP:::1,RID:1.2.3,dirName:d"])
        #expect(
            certificate.subjectAlternativeNames == [
                .dns("a.b"), .uri("urn:x"), .email("a@b"), .ip([UInt8](repeating: 0, count: 15) + [1]),
            ])
        switch serial {
        case "0": #expect(certificate.serialNumber.bytes == [0])
        case "-5": #expect(certificate.serialNumber.bytes == [0xFB])
        default: #expect(certificate.serialNumber.bytes.count == 23)
        }
    }

    @Test("a bundle gives its certificates in order; one is taken only where there is one")
    func bundles() throws {
        let pki = try ThrowawayPKI(now: now)
        let (a, b) = (try pki.device("a").certificate, try pki.device("b").certificate)
        let key = PEM.encode("PRIVATE KEY", [1, 2, 3])
        let bundle = Array(a.pem.utf8) + key + Array(b.pem.utf8)
        #expect(try Certificate.all(reading: bundle) == [a, b])
        #expect(try Certificate(reading: Array(a.pem.utf8)) == a && Certificate(reading: a.der) == a)
        #expect(
            try Certificate(
                reading: Array(("\u{FEFF}" + a.pem.split(separator: "\n").joined(separator: "\r\n") + "\r\n").utf8))
                == a)
        #expect(try failure { _ = try Certificate(reading: bundle) }.message.contains("2 certificates"))
        #expect(try failure { _ = try Certificate(reading: key) }.message.contains("PRIVATE KEY"))
        for bytes in [[], Array("hello".utf8), [0xFF, 0xFE, 0x2D, 0x00]] {
            #expect(try failure { _ = try Certificate(reading: bytes) }.code == .badInput)
        }
    }
}

@Suite("Certificates that are none")
struct BadCertificateTests {
    private let certificate = Result { try ThrowawayPKI(now: now).device("sensor-1").certificate }

    @Test("cut off at any byte, it is an error")
    func truncated() throws {
        let der = try certificate.get().der
        for count in 0..<der.count {
            #expect(try failure { _ = try Certificate(der: Array(der[..<count])) }.code == .badInput)
        }
    }

    @Test("bytes after its end are an error, and so is more than 64 KiB")
    func trailing() throws {
        let der = try certificate.get().der
        #expect(try failure { _ = try Certificate(der: der + [0]) }.code == .badInput)
        #expect(try failure { _ = try Certificate(der: der + der) }.code == .badInput)
        let error = try failure {
            _ = try Certificate(der: [0x30, 0x83, 0x0F, 0xFF, 0xFB] + [UInt8](repeating: 0, count: 1_048_571))
        }
        #expect(error.message.contains("1048576 bytes"))
    }

    @Test("any byte changed, it is an error or another certificate, never a crash")
    func flipped() throws {
        let original = try certificate.get()
        var generator = SeededGenerator(seed: 7)
        for position in original.der.indices {
            for change in [UInt8(0x01), 0x20, 0x80, UInt8.random(in: 1...255, using: &generator)] {
                var der = original.der
                der[position] ^= change
                do {
                    let other = try Certificate(der: der)
                    #expect(other.fingerprint != original.fingerprint && !other.subject.text.isEmpty)
                } catch {
                    #expect(error.code == .badInput)
                }
            }
        }
    }

    @Test("an indefinite length, a length longer than needed and deep nesting are errors")
    func lengths() throws {
        let der = try certificate.get().der
        let content = Array(der.dropFirst(4))
        #expect(
            try failure { _ = try Certificate(der: [0x30, 0x80] + content + [0, 0]) }.message.contains("indefinite"))
        #expect(try failure { _ = try Certificate(der: [0x30, 0x83, 0] + der[2...]) }.code == .badInput)
        let nested = (0..<2000).reduce(into: [UInt8]()) { bytes, _ in bytes += [0x30, 0x80] }
        #expect(try failure { _ = try Certificate(der: nested) }.code == .badInput)
    }
}

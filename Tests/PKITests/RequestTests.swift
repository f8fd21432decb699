import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("Certification requests")
struct RequestTests {
    private let proof = ProofOfPossession()

    @Test(
        "a request proves possession with each algorithm, and OpenSSL agrees",
        arguments: IssuingTests.ways.filter { $0.1 != .dsaWithSHA256 })
    func roundTrip(algorithm: KeyAlgorithm, signature: SignatureAlgorithm) throws {
        let key = try SharedKeys.key(algorithm)
        let pem = try CertificateRequestMaker.makePEM(
            key: key, subject: ThrowawayPKI.name("sensor-1"), signature: signature)
        let request = try CertificateRequest(reading: pem)
        try proof.verify(request)
        #expect(request.publicKey == key.publicKey && request.subject == ThrowawayPKI.name("sensor-1"))
        let folder = try TemporaryFolder()
        #expect(try openssl(["req", "-verify", "-noout"], in: folder, input: pem).errors.contains("verify OK"))
    }

    @Test(
        "OpenSSL's requests are taken, with attributes and under the old label too",
        arguments: [
            (["EC", "ec_paramgen_curve:P-256"], []), (["EC", "ec_paramgen_curve:P-384"], ["-sha384", "-newhdr"]),
            (["EC", "ec_paramgen_curve:P-521"], ["-addext", "subjectAltName=DNS:a"]),
            (["RSA", "rsa_keygen_bits:2048"], ["-sha512"]),
            (["RSA", "rsa_keygen_bits:3072"], ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:17"]),
        ] as [([String], [String])])
    func foreign(key: [String], arguments: [String]) throws {
        let folder = try TemporaryFolder()
        try openssl(["genpkey", "-algorithm", key[0], "-pkeyopt", key[1], "-out", "k"], in: folder)
        try openssl(["req", "-new", "-key", "k", "-subj", "/CN=a", "-out", "r"] + arguments, in: folder)
        try proof.verify(CertificateRequest(reading: folder.read("r")))
        try openssl(["req", "-in", "r", "-outform", "DER", "-out", "d"], in: folder)
        try proof.verify(CertificateRequest(reading: folder.read("d")))
    }

    @Test(
        "another's key, a changed subject, or a changed signature prove nothing",
        arguments: [.ecdsaP256, .rsa(bits: 2048)] as [KeyAlgorithm])
    func forged(algorithm: KeyAlgorithm) throws {
        let key = try SharedKeys.key(algorithm)
        let der = try CertificateRequestMaker.make(key: key, subject: ThrowawayPKI.name("sensor-1"))
        var subject = der
        let at = try #require(der.firstRange(of: Array("sensor-1".utf8)))
        subject[at.upperBound - 1] ^= 1
        var signature = der
        signature[der.count - 1] ^= 1
        for bytes in [subject, signature] {
            let error = try failure { try proof.verify(CertificateRequest(reading: bytes)) }
            #expect(error.code == .badInput && error.message.contains("possession"))
        }
        let other = try PrivateKey.generate(.ecdsaP256)
        let stolen = DEREncoder.sequence(
            DEREncoder.integer(0), ThrowawayPKI.name("a").der, key.publicKey.der, [0xA0, 0x00])
        let context = try SigningContext(key: other, hash: .sha256, padding: .none)
        let scheme = try #require(SignatureScheme(.ecdsaWithSHA256))
        let forged = ToBeSigned.signed(
            stolen, identifier: SignatureIdentifier.encode(scheme), signature: try context.sign(stolen))
        #expect(try failure { try proof.verify(CertificateRequest(reading: forged)) }.code == .badInput)
        try proof.verify(CertificateRequest(reading: der))
    }

    @Test(
        "a point off the curve and a compressed point are refused, and the next request is not judged by the last key")
    func points() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let good = try CertificateRequestMaker.make(key: key, subject: ThrowawayPKI.name("a"))
        try proof.verify(CertificateRequest(reading: good))
        let at = try #require(good.firstRange(of: key.publicKey.der)).upperBound - 1
        var off = good
        off[at] ^= 1
        #expect(
            try failure { try proof.verify(CertificateRequest(reading: off)) }.message.contains("no point of P-256"))

        let bits = key.publicKey.bits
        let compressed = [2 + (bits.last ?? 0) & 1] + bits.dropFirst().prefix(32)
        let information = DEREncoder.sequence(
            DEREncoder.sequence(DEREncoder.objectIdentifier(.ecPublicKey), DEREncoder.objectIdentifier(.p256)),
            DEREncoder.bitString(compressed))
        let content = DEREncoder.sequence(DEREncoder.integer(0), ThrowawayPKI.name("a").der, information, [0xA0, 0x00])
        let scheme = try #require(SignatureScheme(.ecdsaWithSHA256))
        let request = ToBeSigned.signed(
            content, identifier: SignatureIdentifier.encode(scheme),
            signature: try SigningContext(key: key, hash: .sha256, padding: .none).sign(content))
        #expect(try failure { try proof.verify(CertificateRequest(reading: request)) }.message.contains("compressed"))

        for _ in 0..<20 {
            let next = try PrivateKey.generate(.ecdsaP256)
            try proof.verify(
                CertificateRequest(reading: CertificateRequestMaker.make(key: next, subject: ThrowawayPKI.name("b"))))
        }
    }

    @Test(
        "NULL beside ECDSA's identifier, as stacks of old write it, is taken: the signature proves the key all the same"
    )
    func nullParameters() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let content = DEREncoder.sequence(
            DEREncoder.integer(0), ThrowawayPKI.name("a").der, key.publicKey.der, [0xA0, 0x00])
        let signature = try SigningContext(key: key, hash: .sha256, padding: .none).sign(content)
        func request(_ parameters: [UInt8], _ signature: [UInt8]) -> [UInt8] {
            ToBeSigned.signed(
                content, identifier: DEREncoder.sequence(DEREncoder.objectIdentifier(.ecdsaWithSHA256), parameters),
                signature: signature)
        }
        try proof.verify(CertificateRequest(reading: request(DEREncoder.null, signature)))
        try proof.verify(CertificateRequest(reading: request([], signature)))
        let named = try failure {
            _ = try CertificateRequest(reading: request(DEREncoder.objectIdentifier(.p256), signature))
        }
        #expect(named.message.contains("ECDSA-WITH-SHA256 has parameters where none may be"))
        var wrong = signature
        wrong[wrong.count - 1] ^= 1
        #expect(
            try failure { try proof.verify(CertificateRequest(reading: request(DEREncoder.null, wrong))) }.code
                == .badInput)
    }

    @Test("cut off at any byte or with any byte changed, a request is never taken")
    func damaged() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let der = try CertificateRequestMaker.make(key: key, subject: ThrowawayPKI.name("a"))
        for count in 0..<der.count {
            #expect(try failure { _ = try CertificateRequest(reading: Array(der[..<count])) }.code == .badInput)
        }
        for position in der.indices {
            var bytes = der
            bytes[position] ^= 0x11
            #expect(try failure { try proof.verify(CertificateRequest(reading: bytes)) }.code == .badInput)
        }
    }

    @Test("what is no request is refused with what was found")
    func noRequest() throws {
        let pem = try CertificateRequestMaker.makePEM(
            key: PrivateKey.generate(.ecdsaP256), subject: ThrowawayPKI.name("a"))
        let table: [([UInt8], String)] = [
            ([], "nothing"), (Array("hello".utf8), "neither PEM nor DER"), (pem + pem, "2 of them"),
            (PEM.encode("CERTIFICATE", [1]), "CERTIFICATE"),
            ([UInt8](repeating: 0x20, count: 16 * 1024 + 1), "16385 bytes"),
            ([0x30, 0x82, 0x00, 0x04, 0x30, 0x02, 0x02, 0x00], "DER"),
        ]
        for (bytes, part) in table {
            let error = try failure { _ = try CertificateRequest(reading: bytes) }
            #expect(error.code == .badInput && error.message.contains(part), "\(error)")
        }
    }
}

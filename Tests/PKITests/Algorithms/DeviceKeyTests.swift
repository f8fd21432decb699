import RotationModel
import RotationTesting
import Testing

@testable import PKI

/// CSRs that OpenSSL makes of every kind of key and signature that devices might come up with.
@Suite("Keys that devices may have")
struct DeviceKeyTests {
    @Test(
        "RSA from 2048 to 4096 bits and the curves of NIST are taken, by every padding and hash",
        arguments: DeviceRequest.all)
    func taking(device: DeviceRequest) throws {
        let request = try device.make(in: TemporaryFolder())
        try ProofOfPossession().verify(request)
        #expect("\(request.publicKey.algorithm)" == device.algorithm)
    }

    /// What is refused, and the words that it is refused with.
    struct Refused: Sendable, CustomTestStringConvertible {
        let what: String
        /// Options of `openssl genpkey`, or a key of Tests/TestKeys.
        let key: String
        var signing = "-sha256"
        let why: String

        var testDescription: String { what }
    }

    static let refused = [
        Refused(what: "Ed25519", key: "-algorithm ED25519", why: "the CSR's key is ed25519"),
        Refused(what: "Ed448", key: "-algorithm ED448", why: "the CSR's key is ED448 (1.3.101.113)"),
        Refused(what: "DSA", key: "ca-dsa-2048", why: "the CSR's key is dsa-2048"),
        Refused(
            what: "secp256k1", key: "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
            why: "the CSR's key is secp256k1 (1.3.132.0.10)"),
        Refused(
            what: "P-224", key: "-algorithm EC -pkeyopt ec_paramgen_curve:P-224",
            why: "the CSR's key is secp224r1 (1.3.132.0.33)"),
        Refused(
            what: "brainpoolP256r1", key: "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
            why: "the CSR's key is brainpoolP256r1 (1.3.36.3.3.2.8.1.1.7)"),
        Refused(
            what: "a curve that is spelled out",
            key: "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
            why: "the EC key spells its curve out instead of naming it"),
        Refused(
            what: "RSA 1024", key: "device-rsa-1024",
            why: "the CSR's key is weak: RSA-1024 is shorter than 2048 bits"),
        Refused(what: "RSA 8192", key: "device-rsa-8192", why: "the CSR's key is RSA-8192"),
        Refused(
            what: "an id-RSASSA-PSS key for SHA-384", key: "ca-rsa-pss-sha384", signing: "-sha384",
            why: "the CSR's key is for RSASSA-PSS with SHA-384 alone"),
        Refused(
            what: "MD5 with RSA", key: "device-rsa-2048", signing: "-md5",
            why: "the CSR has a key of rsa-2048 and a signature by MD5WITHRSA"),
        Refused(
            what: "SHA-1 with RSA", key: "device-rsa-2048", signing: "-sha1",
            why: "the CSR has a key of rsa-2048 and a signature by SHA1WITHRSA"),
        Refused(
            what: "SHA-224 with RSA", key: "device-rsa-2048", signing: "-sha224",
            why: "the CSR has a key of rsa-2048 and a signature by SHA224WITHRSA"),
        Refused(
            what: "SHA3-256 with RSA", key: "device-rsa-2048", signing: "-sha3-256",
            why: "the CSR has a key of rsa-2048 and a signature by RSA-SHA3-256 (2.16.840.1.101.3.4.3.14)"),
        Refused(
            what: "SHA-1 with ECDSA", key: "device-ecdsa-p256", signing: "-sha1",
            why: "the CSR has a key of ecdsa-p256 and a signature by ECDSA-WITH-SHA1"),
        Refused(
            what: "SHA-1 with PSS", key: "device-rsa-2048", signing: "-sha1 -sigopt rsa_padding_mode:pss",
            why: "the CSR has a key of rsa-2048 and a signature by RSASSAPSS with SHA-1"),
        Refused(
            what: "PSS with MGF1 over SHA-1", key: "device-rsa-2048",
            signing: "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha1",
            why: "the CSR has a key of rsa-2048 and a signature by RSASSAPSS with SHA-256 and MGF1 with SHA-1"),
        Refused(
            what: "PSS with SHA-512/256", key: "device-rsa-2048", signing: "-sha512-256 -sigopt rsa_padding_mode:pss",
            why: "RSASSA-PSS with the hash sha512-256 (2.16.840.1.101.3.4.2.6) is not known here"),
    ]

    @Test("anything else is refused by its name, with what would be taken", arguments: refused)
    func refusal(device: Refused) throws {
        let folder = try TemporaryFolder()
        var key = TestKeys.folder + device.key + ".key"
        if device.key.hasPrefix("-") {
            key = folder["key"]
            try openssl(["genpkey", "-out", key] + device.key.split(separator: " ").map(String.init), in: folder)
        }
        let signing = device.signing.split(separator: " ").map(String.init)
        let isEdwards = device.key.contains("ED")
        let made = try openssl(
            ["req", "-new", "-key", key, "-subj", "/CN=a"] + (isEdwards ? [] : signing), in: folder)
        let error = try failure { try ProofOfPossession().verify(CertificateRequest(reading: made.output)) }
        #expect(error.code == .badInput && error.message == device.why, "\(error)")
        #expect(!error.advice.isEmpty || error.message.contains("shorter than"))
    }

    @Test("an id-RSASSA-PSS key signs as its parameters demand, and never by PKCS#1 v1.5")
    func restrictedKeys() throws {
        let sha256 = PSSParameters(signing: .sha256)
        let short = PSSParameters(hash: .sha256, maskHash: .sha256, saltLength: 20)
        for (demanded, signed, why) in [
            (nil, nil, "for RSASSA-PSS alone, and its signature by SHA256WITHRSA"),
            (
                sha256, PSSParameters(signing: .sha384),
                "for RSASSA-PSS with SHA-256 alone, and its signature by RSASSAPSS with SHA-384"
            ),
            (sha256, short, "for RSASSA-PSS with SHA-256 alone, and its signature by RSASSAPSS with SHA-256"),
            (sha256, sha256, nil), (short, short, nil),
        ] as [(PSSParameters?, PSSParameters?, String?)] {
            let request = try request(demanding: demanded, signedBy: signed)
            if let why {
                let error = try failure { try ProofOfPossession().verify(request) }
                #expect(error.message == "the CSR's key is \(why)")
            } else {
                try ProofOfPossession().verify(request)
            }
        }
    }

    /// A CSR that OpenSSL would not make. Without parameters it is signed by SHA256WITHRSA.
    private func request(
        demanding demanded: PSSParameters?, signedBy pss: PSSParameters?
    ) throws -> CertificateRequest {
        let key = try TestKeys.key("device-rsa-2048")
        let content = DEREncoder.sequence(
            DEREncoder.integer(0), ThrowawayPKI.name("a").der, try key.publicKey.restricted(to: demanded).der,
            [0xA0, 0x00])
        let padding = pss.map { SignaturePadding.pss(mask: $0.maskHash, saltLength: $0.saltLength) }
        let context = try SigningContext(key: key, hash: pss?.hash ?? .sha256, padding: padding ?? .pkcs1)
        let type = DEREncoder.objectIdentifier(pss == nil ? .sha256WithRSA : .rsassaPSS)
        return try CertificateRequest(
            reading: ToBeSigned.signed(
                content, identifier: DEREncoder.sequence(type, pss?.der ?? DEREncoder.null),
                signature: context.sign(content)))
    }

    @Test(
        "a PSS salt may have any length that OpenSSL makes", arguments: ["0", "17", "digest", "max", "auto"])
    func salts(length: String) throws {
        let made = try openssl(
            ["req", "-new", "-key", TestKeys.folder + "device-rsa-2048.key", "-subj", "/CN=a", "-sha256"]
                + ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:\(length)"], in: TemporaryFolder())
        try ProofOfPossession().verify(CertificateRequest(reading: made.output))
    }
}

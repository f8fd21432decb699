import Basics
import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("Shards of CRLs")
struct ShardTests {
    @Test(
        "a serial number's shard never changes: its last four bytes modulo the count",
        arguments: [
            ("4a000000000000000000000000000000", 7, 0), ("4a0000000000000000000000ffffffff", 7, 3),
            ("4a000000000000000000000001020304", 16, 4), ("4a000000000000000000000001020304", 1000, 60),
            ("4a00000000000000000000008000000001", 2, 1), ("05", 4, 1), ("0102", 100, 58), ("", 4, 0),
            ("4a0000000000000000000000ffffffff", 1, 0), ("4a0000000000000000000000ffffffff", 0, 0),
        ])
    func stable(hex: String, count: Int, shard: Int) throws {
        #expect(SerialNumber(bytes: try #require(Hex.decode(hex))).shard(of: count) == shard)
    }

    @Test("random serial numbers fill the shards evenly", arguments: [2, 7, 16, 100])
    func even(count: Int) {
        var generator = SeededGenerator(seed: 99)
        var filled = [Int](repeating: 0, count: count)
        let each = 400
        for _ in 0..<(each * count) { filled[SerialNumber.random(using: &generator).shard(of: count)] += 1 }
        // Five standard deviations.
        #expect(filled.allSatisfy { abs($0 - each) < 100 })
    }

    @Test("one URL stands in every certificate, none leaves the extension out")
    func oneOrNone() throws {
        let pki = try ThrowawayPKI(now: now)
        let key = try PrivateKey.generate(.ecdsaP256).publicKey
        for urls in [[], ["http://crl.example.com/1.crl"]] {
            let profile = CertificateProfile(
                signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [], crlURLs: urls)
            let signer = try CertificateSigner(authority: pki.authority, profile: profile)
            for number in 0..<8 {
                let made = try signer.sign(order(key, serial: ThrowawayPKI.serial("\(number)").bytes))
                let read = try Certificate(der: made.der)
                #expect(made.crlDistributionPoints == urls && read.crlDistributionPoints == urls)
            }
        }
    }

    @Test("the extensions of an issued certificate keep their order")
    func extensionOrder() throws {
        let pki = try ThrowawayPKI(now: now)
        let profile = CertificateProfile(
            signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth],
            crlURL: "http://crl.example.com/1.crl")
        let certificate = try CertificateSigner(authority: pki.authority, profile: profile)
            .sign(order(PrivateKey.generate(.ecdsaP256).publicKey, names: [.uri("urn:device:1:a")]))
        let text = try openssl(["x509", "-noout", "-text"], in: TemporaryFolder(), input: Array(certificate.pem.utf8))
            .text
        let headings = text.split(separator: "X509v3 ").dropFirst(2).map { $0.prefix { $0 != ":" } }
        #expect(
            headings == [
                "Basic Constraints", "Key Usage", "Extended Key Usage", "Authority Key Identifier",
                "CRL Distribution Points", "Subject Key Identifier", "Subject Alternative Name",
            ])
    }

    @Test("a URL that is no ASCII is refused, with the authority's name")
    func badURL() throws {
        let pki = try ThrowawayPKI(now: now)
        let profile = CertificateProfile(
            signature: .ecdsaWithSHA256, keyUsage: [], extendedKeyUsage: [], crlURLs: ["http://a/1.crl", "http://ü/"])
        let error = try failure { _ = try CertificateSigner(authority: pki.authority, profile: profile) }
        #expect(error.code == .configuration && error.place == "authority fleet-ca-1")
        #expect(error.message.contains("CRL distribution point"))
    }

    @Test("all URIs of others' distribution points are read, and points without one are passed over")
    func othersPoints() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "c.cnf",
            """
            [req]
            distinguished_name = name
            x509_extensions = v3
            prompt = no
            [name]
            CN = a
            [v3]
            crlDistributionPoints = one, two, three
            [one]
            fullname = URI:http://a/1.crl,URI:ldap://b/cn=1,dirName:name
            [two]
            relativename = relative
            CRLissuer = dirName:name
            [three]
            fullname = URI:http://c/3.crl
            reasons = keyCompromise
            [relative]
            CN = b
            """)
        try openssl(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "k",
                "-out",
                "c", "-config", "c.cnf",
            ], in: folder)
        let certificate = try Certificate(reading: folder.read("c"))
        #expect(certificate.crlDistributionPoints == ["http://a/1.crl", "ldap://b/cn=1", "http://c/3.crl"])
    }
}

import Basics
import PKI
import RotationModel
import RotationTesting
import Testing

@Suite("AlgorithmIdentifiers of what is signed")
struct AlgorithmIdentifierTests {
    /// The whole AlgorithmIdentifier in hexadecimal digits, worked out by hand from RFC 4055, RFC 5754 and RFC 5758.
    static func expected(_ algorithm: AuthorityAlgorithm) -> String {
        switch (algorithm.signature, algorithm.hash) {
        // NULL (RFC 4055, 5).
        case (.sha256WithRSA, _): "300d06092a864886f70d01010b0500"
        case (.sha384WithRSA, _): "300d06092a864886f70d01010c0500"
        case (.sha512WithRSA, _): "300d06092a864886f70d01010d0500"
        // Absent (RFC 5758, 3.1 and 3.2).
        case (.dsaWithSHA256, _): "300b0609608648016503040302"
        case (.ecdsaWithSHA256, _): "300a06082a8648ce3d040302"
        case (.ecdsaWithSHA384, _): "300a06082a8648ce3d040303"
        case (.ecdsaWithSHA512, _): "300a06082a8648ce3d040304"
        // Explicit, without the trailer field, which has its default (RFC 4055, 3.1).
        case (_, .sha256): pss(hash: "01", salt: "20")
        case (_, .sha384): pss(hash: "02", salt: "30")
        default: pss(hash: "03", salt: "40")
        }
    }

    private static func pss(hash: String, salt: String) -> String {
        let identifier = "300d06096086480165030402\(hash)0500"
        return "304106092a864886f70d01010a3034" + "a00f\(identifier)" + "a11c301a06092a864886f70d010108\(identifier)"
            + "a2030201\(salt)"
    }

    private static func count(_ algorithm: AuthorityAlgorithm, in der: [UInt8]) -> Int {
        Hex.encode(der).ranges(of: expected(algorithm)).count
    }

    @Test("a certificate has it twice, byte for byte as the RFCs want it", arguments: AuthorityAlgorithm.all)
    func certificates(algorithm: AuthorityAlgorithm) throws {
        let certificate = try algorithm.signer().sign(order(TestKeys.certificate("ca-ecdsa-p256").publicKey))
        #expect(AlgorithmIdentifierTests.count(algorithm, in: certificate.der) == 2)
    }

    @Test("a CRL has it twice, and OpenSSL takes its signature", arguments: AuthorityAlgorithm.all)
    func revocationLists(algorithm: AuthorityAlgorithm) throws {
        let signer = try RevocationListSigner(
            authority: TestKeys.authority(algorithm.authority), signature: algorithm.signature, pssHash: algorithm.hash)
        let revoked = RevokedEntry(serialNumber: ThrowawayPKI.serial("a"), revokedAt: now, reason: .keyCompromise)
        let list = try signer.sign(
            RevocationListOrder(number: 1, thisUpdate: now, nextUpdate: now + .days(7), entries: [revoked]))
        #expect(AlgorithmIdentifierTests.count(algorithm, in: list.der) == 2)
        let folder = try TemporaryFolder()
        try folder.write("list", list.der)
        let outcome = try openssl(
            ["crl", "-inform", "DER", "-in", "list", "-noout", "-CAfile"]
                + [TestKeys.folder + "ca-\(algorithm.authority).pem"], in: folder)
        #expect(outcome.errors.contains("verify OK"))
        #expect(try list.isSigned(by: TestKeys.certificate("ca-\(algorithm.authority)").publicKey))
    }
}

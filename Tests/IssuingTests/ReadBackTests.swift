import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Issuing

@Suite("The last look before a certificate is recorded")
struct ReadBackTests {
    private static let now = Timestamp(seconds: 1_796_083_200)
    private static let profile = CertificateProfile(
        signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth])

    private func order(_ device: String, _ key: PublicKeyInfo) -> CertificateOrder {
        CertificateOrder(
            serialNumber: ThrowawayPKI.serial(device), subject: ThrowawayPKI.name(device), subjectAlternativeNames: [],
            notBefore: Self.now, notAfter: Self.now + .days(90), publicKey: key)
    }

    @Test("A certificate that is another device's stops the run, and the error names device, authority and fields")
    func wrongDevice() throws {
        let pki = try ThrowawayPKI(now: Self.now)
        let key = try PrivateKey.generate(.ecdsaP256).publicKey
        let signer = try CertificateSigner(authority: pki.authority, profile: Self.profile)
        let (mine, theirs) = (order("d1", key), order("d2", key))
        let readBack = try ReadBack(
            of: "fleet-ca-1", certificate: pki.authority.certificate, profile: Self.profile)
        _ = try readBack.check(try signer.sign(mine), is: mine, for: DeviceID("d1"), verifyingSignature: true)
        let error = try #require(throws: RotationError.self) {
            _ = try readBack.check(try signer.sign(theirs), is: mine, for: DeviceID("d1"), verifyingSignature: true)
        }
        #expect(error.code == .cryptography && error.place == "authority fleet-ca-1, device d1")
        #expect(error.message.contains("the subject is CN=d2,") && error.message.contains("was to be CN=d1,"))
        #expect(error.advice.contains("nothing of its batch was recorded"))
    }
}

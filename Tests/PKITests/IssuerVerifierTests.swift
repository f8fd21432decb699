import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("Who signed a certificate")
struct IssuerVerifierTests {
    private let pki: ThrowawayPKI
    private let verifier: IssuerVerifier

    init() throws {
        pki = try ThrowawayPKI(now: now)
        verifier = IssuerVerifier(authorities: [pki.authority.certificate], above: [])
    }

    /// A certificate under an issuer's name as given, signed by a key as given.
    private func certificate(
        issuer: DistinguishedName, by key: PrivateKey, subject: DistinguishedName = ThrowawayPKI.name("d"),
        publicKey: PublicKeyInfo? = nil
    ) throws -> Certificate {
        let scheme = try SignatureScheme.choose(for: key.publicKey)
        let identifier = SignatureIdentifier.encode(scheme)
        let content = try ToBeSigned(
            serialNumber: [5], signatureIdentifier: identifier, issuer: issuer.der, notBefore: now,
            notAfter: now + .days(1),
            subject: subject.der, publicKey: (publicKey ?? key.publicKey).der,
            extensions: [ExtensionEncoder.keyUsage([.digitalSignature])]
        ).encode()
        let signature = try SigningContext(key: key, hash: scheme.hash, padding: scheme.padding).sign(content)
        return try Certificate(der: ToBeSigned.signed(content, identifier: identifier, signature: signature))
    }

    private static func name(_ tag: UInt8, _ organization: String, _ common: String) -> DistinguishedName {
        func part(_ type: [UInt8], _ text: String) -> [UInt8] {
            DEREncoder.element(
                0x31, DEREncoder.sequence(DEREncoder.element(6, type), DEREncoder.element(tag, Array(text.utf8))))
        }
        return DistinguishedName(
            unchecked: DEREncoder.sequence(part([0x55, 4, 10], organization), part([0x55, 4, 3], common)))
    }

    @Test("the authority's key tells its certificates from those that only bear its name")
    func ownAndForged() throws {
        let thief = try PrivateKey.generate(.ecdsaP256)
        let name = pki.authority.certificate.subject
        #expect(verifier.signer(of: try pki.device("d").certificate) == .authority)
        #expect(verifier.signer(of: try certificate(issuer: name, by: pki.key)) == .authority)
        #expect(verifier.signer(of: try certificate(issuer: name, by: thief)) == .forged)
        // A root of one's own, under the authority's name.
        #expect(verifier.signer(of: try certificate(issuer: name, by: thief, subject: name)) == .forged)
    }

    @Test(
        "another spelling of the name is the same name, for its owner and for a forger",
        arguments: [
            name(0x13, "Example Devices", "Example Fleet CA 1"), name(0x0C, "EXAMPLE DEVICES", "example fleet ca 1"),
            name(0x0C, " Example  Devices ", "Example Fleet\u{A0}CA 1"),
            name(0x0C, "Example Devices", "Example\u{200B} Fleet\u{AD} CA 1"),
            name(0x16, "example devices", "Example Fleet CA 1"),
        ])
    func spelling(_ other: DistinguishedName) throws {
        #expect(other != pki.authority.certificate.subject)
        #expect(verifier.signer(of: try certificate(issuer: other, by: pki.key)) == .authority)
        #expect(verifier.signer(of: try certificate(issuer: other, by: PrivateKey.generate(.ecdsaP256))) == .forged)
    }

    @Test("names with another value, another order or another type are other names")
    func otherNames() throws {
        let own = CanonicalName(text: "CN=Example Fleet CA 1,O=Example Devices")
        for text in [
            "CN=Example Fleet CA 2,O=Example Devices", "O=Example Devices,CN=Example Fleet CA 1",
            "OU=Example Fleet CA 1,O=Example Devices", "CN=Example Fleet CA 1\\,O=Example Devices",
            "CN=ExampleFleet CA 1,O=Example Devices",
            "CN=Example Fleet CA 1", "CN=Example Fleet CA 1+O=Example Devices", "",
        ] { #expect(CanonicalName(text: text) != own, "\(text)") }
        #expect(CanonicalName(text: "CN=a+O=b") == CanonicalName(text: "O=B+cn=A"))
        #expect(CanonicalName(text: "CN=STRASSE") == CanonicalName(text: "CN=straße"))
        #expect(CanonicalName(text: "CN=#0c0161") != CanonicalName(text: "CN=\\#0c0161"))
    }

    @Test("an authority that changed its key has both; one that stands above it need not be known by all of its keys")
    func severalKeys() throws {
        let next = try ThrowawayPKI(now: now), root = try ThrowawayPKI(now: now, subject: "Root")
        let verifier = IssuerVerifier(
            authorities: [pki.authority.certificate, next.authority.certificate], above: [root.authority.certificate])
        #expect(verifier.signer(of: try pki.device("d").certificate) == .authority)
        #expect(verifier.signer(of: try next.device("d").certificate) == .authority)
        #expect(verifier.signer(of: try root.device("d").certificate) == .authority)
        #expect(verifier.signer(of: try ThrowawayPKI(now: now, subject: "Root").device("d").certificate) == .foreign)
        let earlier = IssuerVerifier(authorities: [next.authority.certificate], above: [pki.authority.certificate])
        #expect(earlier.signer(of: try pki.device("d").certificate) == .authority)
    }

    @Test("nobody's authority is a foreign issuer, and a certificate that its own key signed is self-signed")
    func foreignAndSelfSigned() throws {
        let other = try ThrowawayPKI(now: now, subject: "Another CA")
        #expect(verifier.signer(of: try other.device("d").certificate) == .foreign)
        #expect(verifier.signer(of: other.authority.certificate) == .itself)
        let thief = try PrivateKey.generate(.ecdsaP256)
        let name = ThrowawayPKI.name("d")
        let posing = try certificate(issuer: name, by: thief, subject: name, publicKey: other.key.publicKey)
        #expect(verifier.signer(of: posing) == .foreign, "it bears its own name, and another key signed it")
    }

    @Test(
        "authorities with any key verify",
        arguments: [KeyAlgorithm.rsa(bits: 2048), .ecdsaP384, .ecdsaP521, .dsa(bits: 2048)])
    func algorithms(_ algorithm: KeyAlgorithm) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(algorithm))
        let other = try ThrowawayPKI(now: now)
        let verifier = IssuerVerifier(authorities: [pki.authority.certificate], above: [])
        #expect(verifier.signer(of: try pki.device("d").certificate) == .authority)
        #expect(verifier.signer(of: try other.device("d").certificate) == .forged)
    }
}

import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("What a key can sign with")
struct SigningAbilityTests {
    /// A public key of 2048 bits for RSASSA-PSS alone, with parameters.
    private func key(_ restriction: PSSParameters?) throws -> PublicKeyInfo {
        try TestKeys.certificate("ca-rsa-2048").publicKey.restricted(to: restriction)
    }

    @Test("a key of RSASSA-PSS without parameters signs with every hash, and with nothing else")
    func unrestricted() throws {
        let ability = SigningAbility(of: try key(nil))
        #expect(ability.signatures == [.rsassaPSS] && ability.pssHashes == PSSHash.allCases)
        #expect(ability.pssHash(nil) == .sha256)
        #expect(ability.limit == "its key is for RSASSA-PSS alone (RFC 4055, 1.2)")
    }

    @Test("a key's parameters leave one hash, and it is the default", arguments: PSSHash.allCases)
    func restricted(hash: PSSHash) throws {
        let ability = SigningAbility(
            of: try TestKeys.certificate("ca-rsa-pss-\(hash.rawValue.lowercased().filter { $0 != "-" })").publicKey)
        #expect(ability.signatures == [.rsassaPSS] && ability.pssHashes == [hash] && ability.pssHash(nil) == hash)
        #expect(ability.limit == "its key is for RSASSA-PSS with \(hash) alone (RFC 4055, 3.1)")
    }

    @Test(
        "a key that demands what is never signed with here can sign nothing, and says what it demands",
        arguments: [
            (PSSParameters(hash: .sha1, maskHash: .sha1, saltLength: 20), "RSASSA-PSS with SHA-1"),
            (
                PSSParameters(hash: .sha256, maskHash: .sha1, saltLength: 20),
                "RSASSA-PSS with SHA-256, MGF1 with SHA-1"
            ),
            (
                PSSParameters(hash: .sha256, maskHash: .sha256, saltLength: 33),
                "RSASSA-PSS with SHA-256, salts of 33 bytes or more"
            ),
        ])
    func impossible(restriction: PSSParameters, demand: String) throws {
        let ability = SigningAbility(of: try key(restriction))
        #expect(ability.signatures.isEmpty && ability.pssHashes.isEmpty)
        #expect(ability.limit == "its key is for \(demand) alone (RFC 4055, 3.1)")
    }

    @Test("a shorter least salt than the digest is no hindrance")
    func shortSalt() throws {
        let ability = SigningAbility(of: try key(PSSParameters(hash: .sha384, maskHash: .sha384, saltLength: 20)))
        #expect(ability.pssHashes == [.sha384])
    }

    @Test("a digest and a salt that do not fit into the key are not offered")
    func shortKey() throws {
        let key = try PrivateKey.generate(.rsa(bits: 1024)).publicKey
        #expect(SigningAbility(of: key).pssHashes == [.sha256, .sha384])
        #expect(throws: RotationError.self) { try SignatureScheme.choose(.rsassaPSS, pssHash: .sha512, for: key) }
    }

    @Test("a DSA key without parameters of its own can sign nothing, and the reason says so")
    func inheritedParameters() throws {
        let algorithm = DEREncoder.sequence(DEREncoder.objectIdentifier(.dsa))
        let number = DEREncoder.positiveInteger([2] + [UInt8](repeating: 7, count: 255))
        let key = try PublicKeyInfo(der: DEREncoder.sequence(algorithm, DEREncoder.bitString(number)))
        let ability = SigningAbility(of: key)
        #expect(ability.signatures.isEmpty)
        let error = try failure { _ = try SignatureScheme.choose(.dsaWithSHA256, for: key, at: "authority a") }
        #expect(error.code == .configuration && error.place == "authority a")
        #expect(error.advice.contains("no parameters of its own (RFC 3279, 2.3.2"))
    }

    @Test("what a key cannot do is refused before anything is signed, with what it can do")
    func refused() throws {
        let authority = try TestKeys.authority("rsa-pss-sha384")
        for (signature, hash, message) in [
            (SignatureAlgorithm.sha256WithRSA, PSSHash?.none, "a key of rsa-2048 cannot sign with SHA256WITHRSA"),
            (.rsassaPSS, .sha256, "a key of rsa-2048 cannot sign with RSASSAPSS and SHA-256"),
        ] {
            let profile = CertificateProfile(
                signature: signature, pssHash: hash, keyUsage: [.digitalSignature], extendedKeyUsage: [])
            let errors = [
                try failure { _ = try CertificateSigner(authority: authority, profile: profile) },
                try failure { _ = try RevocationListSigner(authority: authority, signature: signature, pssHash: hash) },
            ]
            for error in errors {
                #expect(error.code == .configuration && error.message == message)
                #expect(error.place == "authority rsa-pss-sha384")
                #expect(error.advice.hasSuffix("it can sign with RSASSAPSS (RSASSAPSS with SHA-384)"))
            }
        }
    }

    @Test("a PKCS#1 v1.5 signature, or one by another hash, is none by a key for RSASSA-PSS with SHA-384")
    func forged() throws {
        // The same key, once as anyone may use it and once as its certificate restricts it.
        let plain = try TestKeys.authority("rsa-2048")
        let restricted = try key(PSSParameters(signing: .sha384))
        for algorithm in AuthorityAlgorithm.all where algorithm.authority == "rsa-2048" {
            let certificate = try algorithm.signer().sign(order(plain.certificate.publicKey))
            let isRight = algorithm.hash == .sha384
            #expect(try certificate.isSigned(by: restricted) == isRight, "\(algorithm.text)")
            #expect(try certificate.isSigned(by: plain.certificate.publicKey))
        }
    }

    @Test("an authority's key may be written as rsaEncryption where its certificate says RSASSA-PSS")
    func twoSpellings() throws {
        let name = "rsa-pss-sha384"
        let folder = try TemporaryFolder()
        let plain = try ExternalProgram.run(
            ["certtool", "--to-rsa", "--load-privkey", TestKeys.folder + "ca-\(name).key"])
        let key = try PrivateKey.load(path: folder.write("key", plain.output, mode: 0o600))
        let authority = try Authority(name: name, certificate: TestKeys.certificate("ca-\(name)"), key: key)
        let profile = CertificateProfile(signature: .rsassaPSS, keyUsage: [.digitalSignature], extendedKeyUsage: [])
        let certificate = try CertificateSigner(authority: authority, profile: profile).sign(order(key.publicKey))
        #expect(certificate.pss == PSSParameters(signing: .sha384))
        #expect(try certificate.isSigned(by: authority.certificate.publicKey))
        #expect(throws: RotationError.self) {
            try Authority(name: name, certificate: TestKeys.certificate("ca-rsa-pss"), key: key)
        }
    }
}

import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("What was issued is what was meant")
struct IssuanceCheckTests {
    private static let profile = CertificateProfile(
        signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth],
        crlURL: "http://crl.example.com/1.crl")
    private static let deviceKey = Result { try PrivateKey.generate(.ecdsaP256) }
    private static let key = deviceKey.map(\.publicKey)

    private static let configuration = """
        [ca]
        default_ca = fleet
        [fleet]
        certificate = ca.pem
        private_key = ca.key
        database = index.txt
        serial = serial
        new_certs_dir = .
        default_md = sha256
        policy = any
        x509_extensions = device
        [any]
        commonName = supplied
        organizationName = optional
        [device]

        """

    private static func ordered(
        subject: String = "sensor-1", names: [GeneralName] = [.uri("urn:device:1:a"), .dns("a.example.com")],
        notBefore: Timestamp = now, notAfter: Timestamp = now + .days(90), key: PublicKeyInfo? = nil,
        serial: [UInt8]? = nil
    ) throws -> CertificateOrder {
        order(
            try key ?? Self.key.get(), subject: ThrowawayPKI.name(subject), names: names, notBefore: notBefore,
            notAfter: notAfter, serial: serial)
    }

    @Test(
        "a certificate as it was ordered differs in nothing",
        arguments: [
            (.ecdsaP256, .ecdsaWithSHA256), (.rsa(bits: 2048), .rsassaPSS), (.dsa(bits: 2048), .dsaWithSHA256),
        ] as [(KeyAlgorithm, SignatureAlgorithm)], [0, 1, 3])
    func same(_ kind: (KeyAlgorithm, SignatureAlgorithm), lists: Int) throws {
        let pki = try ThrowawayPKI(now: now, key: SharedKeys.key(kind.0))
        for (usages, purposes) in [([], []), ([.digitalSignature, .keyAgreement], [.clientAuth])]
            as [([KeyUsage], [ExtendedKeyUsage])]
        {
            let profile = CertificateProfile(
                signature: kind.1, keyUsage: usages, extendedKeyUsage: purposes,
                crlURLs: (0..<lists).map { "http://crl.example.com/\($0).crl" })
            for subject in [ThrowawayPKI.name("sensor-1"), DistinguishedName([])] {
                let order = order(try Self.key.get(), subject: subject, names: [.dns("a.example.com")])
                let made = try CertificateSigner(authority: pki.authority, profile: profile).sign(order)
                let check = try IssuanceCheck(authority: pki.authority.certificate, profile: profile)
                #expect(check.differences(of: made, from: order, verifyingSignature: true) == [])
            }
        }
    }

    @Test("each field that differs is named, with what it is and what was ordered")
    func fields() throws {
        let pki = try ThrowawayPKI(now: now)
        let other = try PrivateKey.generate(.ecdsaP384).publicKey
        let cases: [(CertificateOrder, [String])] = [
            (try Self.ordered(subject: "sensor-2"), ["the subject is CN=sensor-2,", "was to be CN=sensor-1,"]),
            (try Self.ordered(names: [.dns("b.example.com")]), ["the SubjectAltName is dns(\"b.example.com\")"]),
            (
                try Self.ordered(names: [.dns("a.example.com"), .uri("urn:device:1:a")]),
                ["the SubjectAltName is dns(\"a.example.com\") uri"]
            ),
            (try Self.ordered(names: []), ["the SubjectAltName is empty", "the list of extensions is"]),
            (try Self.ordered(notBefore: now - .days(1)), ["the notBefore is 2026-11-30"]),
            (try Self.ordered(notAfter: now + .days(91)), ["the notAfter is"]),
            (try Self.ordered(key: other), ["the public key is \(other.fingerprint)", "the SubjectKeyIdentifier is"]),
            (
                try Self.ordered(serial: [UInt8](repeating: 0x41, count: 16)),
                ["the serial number is 41414141414141414141414141414141"]
            ),
        ]
        let check = try IssuanceCheck(authority: pki.authority.certificate, profile: Self.profile)
        let signer = try CertificateSigner(authority: pki.authority, profile: Self.profile)
        for (wrong, sentences) in cases {
            let found = check.differences(
                of: try signer.sign(wrong), from: try Self.ordered(), verifyingSignature: true)
            #expect(!found.isEmpty)
            for sentence in sentences { #expect(found.contains { $0.contains(sentence) }, "\(found)") }
        }
    }

    @Test("a certificate of another profile differs in what the profile decides")
    func profiles() throws {
        let pki = try ThrowawayPKI(now: now)
        let cases: [(CertificateProfile, String)] = [
            (
                CertificateProfile(
                    signature: .ecdsaWithSHA384, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth],
                    crlURL: "http://crl.example.com/1.crl"),
                "the signature algorithm is ECDSA-WITH-SHA384, and was to be ECDSA-WITH-SHA256"
            ),
            (
                CertificateProfile(
                    signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature, .keyAgreement],
                    extendedKeyUsage: [.clientAuth], crlURL: "http://crl.example.com/1.crl"),
                "the KeyUsage is digitalSignature keyAgreement, and was to be digitalSignature"
            ),
            (
                CertificateProfile(
                    signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature],
                    extendedKeyUsage: [.clientAuth, .serverAuth], crlURL: "http://crl.example.com/1.crl"),
                "the ExtendedKeyUsage is 1.3.6.1.5.5.7.3.1 1.3.6.1.5.5.7.3.2, and was to be 1.3.6.1.5.5.7.3.2"
            ),
            (
                CertificateProfile(
                    signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth],
                    crlURL: "http://crl.example.com/2.crl"),
                "the CRLDistributionPoints is http://crl.example.com/2.crl"
            ),
        ]
        let check = try IssuanceCheck(authority: pki.authority.certificate, profile: Self.profile)
        for (profile, sentence) in cases {
            let made = try CertificateSigner(authority: pki.authority, profile: profile).sign(Self.ordered())
            let found = check.differences(of: made, from: try Self.ordered(), verifyingSignature: true)
            #expect(found.count == 1 && found[0].hasPrefix(sentence), "\(found)")
        }
    }

    @Test(
        "RSASSA-PSS is held against the hash of the profile, and by default against that which the authority's key demands"
    )
    func pssHashes() throws {
        func profile(_ hash: PSSHash?) -> CertificateProfile {
            CertificateProfile(signature: .rsassaPSS, pssHash: hash, keyUsage: [], extendedKeyUsage: [])
        }
        let wrong = ["the RSASSA-PSS parameters are not those that were to be"]
        for (name, made, meant, sentences) in [
            ("rsa-2048", .sha384, .sha384, []), ("rsa-2048", .sha384, nil, wrong), ("rsa-2048", nil, .sha512, wrong),
            ("rsa-pss-sha384", nil, nil, []), ("rsa-pss-sha384", nil, .sha384, []),
            ("rsa-pss-sha384", nil, .sha256, wrong),
        ] as [(String, PSSHash?, PSSHash?, [String])] {
            let authority = try TestKeys.authority(name)
            let signed = try CertificateSigner(authority: authority, profile: profile(made)).sign(Self.ordered())
            let check = try IssuanceCheck(authority: authority.certificate, profile: profile(meant))
            #expect(check.differences(of: signed, from: try Self.ordered(), verifyingSignature: true) == sentences)
        }
    }

    @Test("a signature by another key shows when it is verified, and the key's identifier at once")
    func signature() throws {
        let (ours, theirs) = (try ThrowawayPKI(now: now), try ThrowawayPKI(now: now))
        let made = try CertificateSigner(authority: theirs.authority, profile: Self.profile).sign(Self.ordered())
        let check = try IssuanceCheck(authority: ours.authority.certificate, profile: Self.profile)
        let quick = check.differences(of: made, from: try Self.ordered(), verifyingSignature: false)
        #expect(quick.count == 1 && quick[0].hasPrefix("the AuthorityKeyIdentifier is"))
        let thorough = check.differences(of: made, from: try Self.ordered(), verifyingSignature: true)
        #expect(thorough.last == "the signature is not by the key of \(ours.authority.certificate.subject)")
    }

    @Test("the same RSA key, written in another way, is not what was ordered")
    func spelling() throws {
        let pki = try ThrowawayPKI(now: now)
        let key = try SharedKeys.key(.rsa(bits: 2048)).publicKey
        let made = try CertificateSigner(authority: pki.authority, profile: Self.profile).sign(
            Self.ordered(key: key.restricted(to: nil)))
        let check = try IssuanceCheck(authority: pki.authority.certificate, profile: Self.profile)
        let found = check.differences(of: made, from: try Self.ordered(key: key), verifyingSignature: true)
        #expect(found == ["the public key is written in another way than it was to be"])
    }

    @Test("one bit of the signature turned shows when it is verified")
    func brokenSignature() throws {
        let pki = try ThrowawayPKI(now: now)
        let made = try CertificateSigner(authority: pki.authority, profile: Self.profile).sign(Self.ordered())
        var der = made.der
        der[der.count - 1] ^= 1
        let check = try IssuanceCheck(authority: pki.authority.certificate, profile: Self.profile)
        let found = check.differences(of: try Certificate(der: der), from: try Self.ordered(), verifyingSignature: true)
        #expect(found == ["the signature is not by the key of \(pki.authority.certificate.subject)"])
    }

    @Test(
        "what OpenSSL issues for an external issuer passes, whatever serial number and harmless extensions it chose")
    func outside() throws {
        let (certificate, check) = try madeByOpenSSL(
            "authorityInfoAccess=caIssuers;URI:http://example.com/ca.cer\ncertificatePolicies=1.2.3.4")
        let order = try Self.ordered(names: [.dns("a.example.com"), .uri("urn:device:1:a")])
        #expect(check.differences(of: certificate, from: order, verifyingSignature: true) == [])
    }

    @Test(
        "an external issuer may not add what changes a certificate's meaning",
        arguments: [
            ("1.2.3.4=critical,ASN1:NULL", "the extension 1.2.3.4 (critical) was not ordered"),
            ("basicConstraints=critical,CA:TRUE", "the CA of BasicConstraints is true, and was to be false"),
            ("keyUsage=critical,digitalSignature,keyCertSign", "the KeyUsage is digitalSignature keyCertSign"),
            ("extendedKeyUsage=clientAuth,serverAuth", "the ExtendedKeyUsage is 1.3.6.1.5.5.7.3.1 1.3.6.1.5.5.7.3.2"),
            ("subjectAltName=DNS:a.example.com", "the SubjectAltName is dns(\"a.example.com\"), and was to be"),
        ])
    func outsideAdds(_ line: String, sentence: String) throws {
        let (certificate, check) = try madeByOpenSSL(line)
        let found = check.differences(of: certificate, from: try Self.ordered(), verifyingSignature: true)
        #expect(found.count == 1 && found[0].hasPrefix(sentence), "\(found)")
    }

    /// - Parameter more: lines of an extension section; they win over those that were ordered.
    private func madeByOpenSSL(_ more: String) throws -> (Certificate, IssuanceCheck) {
        let pki = try ThrowawayPKI(now: now)
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", pki.authority.certificate.pem)
        try folder.write("ca.key", pki.key.pem(), mode: 0o600)
        let request = try CertificateRequestMaker.makePEM(
            key: Self.deviceKey.get(), subject: ThrowawayPKI.name("sensor-1"))
        try folder.write("device.csr", request)
        var lines = [
            "basicConstraints": "critical,CA:FALSE", "keyUsage": "critical,digitalSignature",
            "extendedKeyUsage": "clientAuth", "subjectAltName": "URI:urn:device:1:a,DNS:a.example.com",
            "authorityKeyIdentifier": "keyid",
        ]
        for line in more.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            lines[String(parts[0])] = String(parts[1])
        }
        let extensions = lines.map { "\($0) = \($1)\n" }.sorted().joined()
        try folder.write("ca.cnf", Self.configuration + extensions)
        try folder.write("index.txt", "")
        try folder.write("serial", "77\n")
        try openssl(
            [
                "ca", "-batch", "-notext", "-config", "ca.cnf", "-in", "device.csr", "-out", "made.pem",
                "-preserveDN", "-startdate", "20261201000000Z", "-enddate", "20270301000000Z",
            ], in: folder)
        let check = try IssuanceCheck(
            authority: pki.authority.certificate,
            profile: CertificateProfile(
                signature: .ecdsaWithSHA256, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth]),
            issuer: .external)
        return (try Certificate(reading: folder.read("made.pem")), check)
    }
}

import LocatedYAML
import Policy
import RotationModel
import Testing

@Suite("How a profile's certificates are signed")
struct ProfileSignatureTests {
    private func hash(_ lines: String, authorities: [AuthorityFacts]?) throws -> PSSHash? {
        let loaded = load(
            """
            version: 1
            profiles:
              - name: client
                authority: pss-ca
                \(lines)
                validity: 90d
                keys: [ecdsa-p256]
                subject: "CN={device}"
            """, authorities: authorities)
        try #require(loaded.diagnostics.isEmpty, "\(loaded.told)")
        return try #require(loaded.set?.profiles.first).hash
    }

    private var freeAuthority: AuthorityFacts {
        AuthorityFacts(
            name: "pss-ca", subject: "CN=RSA CA", signatures: [.sha256WithRSA, .rsassaPSS],
            notAfter: "2036-01-01T00:00:00Z")
    }

    @Test("RSASSAPSS has the hash that the file says, else the one that the key demands, else SHA-256")
    func effective() throws {
        let signature = "signature: RSASSAPSS"
        #expect(try hash(signature + "\n    hash: SHA-512", authorities: [freeAuthority]) == .sha512)
        #expect(try hash(signature, authorities: [pssAuthority]) == .sha384)
        #expect(try hash(signature, authorities: [freeAuthority]) == .sha256)
    }

    @Test("without authorities only the file can say it, and other signatures have none")
    func unknown() throws {
        #expect(try hash("signature: RSASSAPSS", authorities: nil) == nil)
        #expect(try hash("signature: SHA256WITHRSA", authorities: [freeAuthority]) == nil)
    }

    @Test("DSA is a warning: the set is there, and the message says who withdrew it and who still needs it")
    func withdrawn() throws {
        let loaded = load(
            policy(
                profile: profile(replacing: "authority", with: "authority: dsa-ca").replacing(
                    "ECDSA-WITH-SHA256", with: "DSA_WITH_SHA256")),
            authorities: [dsaAuthority])
        #expect(loaded.set != nil)
        let warning = try #require(loaded.diagnostics.first)
        #expect(loaded.diagnostics.count == 1 && warning.severity == .warning)
        #expect(warning.message.contains("FIPS 186-5") && warning.help.contains("devices or relying parties"))
    }
}

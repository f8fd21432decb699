import Foundation
import Testing

/// A key is known by what it is: whichever way a certificate or a CSR writes it.
@Suite("One key in several spellings")
struct KeySpellingTests {
    struct Spelling: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// What the certificate has.
        var certificate: String
        /// What the CSR has.
        var request: String
    }

    static let spellings: [Spelling] = [
        Spelling(
            testDescription: "a compressed point", certificate: #""spelling": "compressed""#,
            request: #""named": "own""#),
        Spelling(testDescription: "a hybrid point", certificate: #""spelling": "hybrid""#, request: #""named": "own""#),
        Spelling(
            testDescription: "a curve spelled out", certificate: #""spelling": "explicit""#, request: #""named": "own""#
        ),
        Spelling(
            testDescription: "a curve spelled out, with compressed points",
            certificate: #""spelling": "explicit-compressed""#, request: #""named": "own""#),
        Spelling(
            testDescription: "P-384 spelled out", certificate: #""key": "ecdsa-p384", "spelling": "explicit""#,
            request: #""key": "ecdsa-p384", "named": "own""#),
        Spelling(
            testDescription: "the name of ECDH", certificate: #""spelling": "ecdh""#, request: #""named": "own""#),
        Spelling(
            testDescription: "the negative key", certificate: #""key": "ecdsa-p256""#,
            request: #""named": "own", "negated": true"#),
        Spelling(
            testDescription: "the negative key of a compressed one",
            certificate: #""key": "ecdsa-p384", "spelling": "compressed""#,
            request: #""key": "ecdsa-p384", "named": "own", "negated": true"#),
        Spelling(
            testDescription: "an RSA modulus with another exponent", certificate: #""key": "rsa-2048""#,
            request: #""key": "rsa-2048", "named": "own", "exponent": 65539"#),
        Spelling(
            testDescription: "another exponent in the certificate",
            certificate: #""key": "rsa-2048", "spelling": "exponent""#,
            request: #""key": "rsa-2048", "named": "own""#),
        Spelling(
            testDescription: "an RSA key for PSS", certificate: #""key": "rsa-2048", "spelling": "pss""#,
            request: #""key": "rsa-2048", "named": "own""#),
        Spelling(
            testDescription: "an RSA key for OAEP", certificate: #""key": "rsa-2048", "spelling": "oaep""#,
            request: #""key": "rsa-2048", "named": "own""#),
        Spelling(
            testDescription: "X.509's own name for RSA", certificate: #""key": "rsa-2048", "spelling": "x509""#,
            request: #""key": "rsa-2048", "named": "own""#),
        Spelling(
            testDescription: "a negative modulus", certificate: #""key": "rsa-2048", "spelling": "negative""#,
            request: #""key": "rsa-2048", "named": "own""#),
    ]

    private func code(_ workspace: Workspace, _ name: String) throws -> String {
        try JSONDecoder().decode(
            RejectionReason.self, from: Data(workspace.text("inbox/rejected/\(name).reason.json").utf8)
        ).reason.code
    }

    @Test("The key that is to be replaced is refused as such, however it is written", arguments: spellings)
    func sameKey(spelling: Spelling) async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: """
                {"devices": [{"device": "d1", "csr": {\(spelling.request)},
                  "certificates": [{"left": 5, "lifetime": 90, "named": "own", \(spelling.certificate)}]}]}
                """)
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try code(workspace, "d1") == "same-key")
        #expect(try workspace.manifest("d1").action == "rekey")
    }

    @Test(
        "Another device's key is in use, however it is written", arguments: [spellings[0], spellings[6], spellings[8]])
    func keyInUse(spelling: Spelling) async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: """
                {"devices": [{"device": "d1", "csr": {\(spelling.request)}, "certificates": [{"left": 5, "lifetime": 90}]},
                 {"device": "d2", "certificates": [{"left": 80, "lifetime": 90, "named": "own", \(spelling.certificate)}]}]}
                """)
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try code(workspace, "d1") == "key-in-use")
    }

    @Test("A revocation for keyCompromise reaches the key in each spelling, which is refused for ever in any other")
    func compromised() async throws {
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n")
        try await workspace.add(
            devices: """
                {"devices": [
                 {"device": "d1", "certificates": [{"left": 80, "lifetime": 90, "named": "k"}]},
                 {"device": "d2", "certificates": [{"left": 80, "lifetime": 90, "named": "k", "spelling": "compressed"}]},
                 {"device": "d3", "certificates": [{"left": 80, "lifetime": 90, "named": "k", "spelling": "hybrid"}]},
                 {"device": "d4", "certificates": [{"left": 5, "lifetime": 90}], "csr": {"named": "k", "negated": true}}]}
                """)
        let listing = try await workspace.job("inventory", "show", "d2", "--json", expecting: 0).stdout
        let key = try #require(listing.firstMatch(of: /"keyFingerprint": ?"([0-9a-f]{64})"/)?.1)
        try await workspace.job("revoke", "--key", String(key), "--reason", "keyCompromise", expecting: 0)
        try await workspace.job("run", "--at", now, expecting: 0)
        let devices = try ExportedDevice.all(await workspace.export())
        #expect(devices.filter { $0.count("REVOKED") == 1 }.map(\.device).sorted() == ["d1", "d2", "d3"])
        #expect(try code(workspace, "d4") == "revoked-key")
    }

    @Test("A rule that names a key by one spelling reaches the others")
    func rule() async throws {
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n")
        try await workspace.add(
            devices: """
                {"devices": [
                 {"device": "d1", "certificates": [{"left": 80, "lifetime": 90, "named": "k"}]},
                 {"device": "d2", "certificates": [{"left": 80, "lifetime": 90, "named": "k", "spelling": "explicit"}]},
                 {"device": "d3", "certificates": [{"left": 80, "lifetime": 90}]}]}
                """)
        let listing = try await workspace.job("inventory", "show", "d2", "--json", expecting: 0).stdout
        let key = try #require(listing.firstMatch(of: /"keyFingerprint": ?"([0-9a-f]{64})"/)?.1)
        try workspace.write(
            "policies/rule.yaml",
            """
            version: 1
            revocations:
              - { name: one-key, match: {}, certificates: { keys: [\(key)] }, reason: superseded, mode: revoke-now }
            """)
        #expect(try await workspace.plan().devices("revoke") == ["d1", "d2"])
    }

    @Test("A key that two devices share in two spellings is shared; a curve with a generator of its own is another key")
    func sharedKey() async throws {
        let workspace = try await Workspace {
            $0.replacing("    issuance:", with: "    compliance: { sharedKey: report }\n    issuance:")
        }
        try await workspace.add(
            devices: """
                {"devices": [
                 {"device": "d1", "certificates": [{"left": 80, "lifetime": 90, "named": "k"}]},
                 {"device": "d2", "certificates": [{"left": 80, "lifetime": 90, "named": "k", "spelling": "compressed"}]},
                 {"device": "d3", "certificates": [{"left": 80, "lifetime": 90, "named": "m"}]},
                 {"device": "d4", "certificates": [{"left": 80, "lifetime": 90, "named": "m", "spelling": "other-generator"}]}]}
                """)
        #expect(try await workspace.plan().devices("report") == ["d1", "d2"])
    }

    @Test(
        "Certificates whose key is written against the rules are taken in, and are weak",
        arguments: [
            ("hybrid", "hybrid"), ("explicit", "spells its curve out"), ("off-curve", "does not lie on its curve"),
            ("other-generator", "spells its curve out"),
        ])
    func weak(spelling: String, words: String) async throws {
        let workspace = try await Workspace {
            $0.replacing("    issuance:", with: "    compliance: { key: replace }\n    issuance:")
        }
        try await workspace.add(
            devices: """
                {"devices": [{"device": "d1", "certificates": [{"left": 80, "lifetime": 90, "spelling": "\(spelling)"}]}]}
                """)
        let plan = try await workspace.job("plan", "--at", now, "--format", "json", expecting: 0).stdout
        #expect(plan.contains("weak-key") && plan.contains(words), "\(plan)")
    }

    @Test(
        "CSRs are held to RFC 5480: a point that is not uncompressed and a curve that is spelled out are refused by name",
        arguments: [
            ("compressed", "compressed"), ("hybrid", "hybrid"), ("explicit", "spells its curve out"),
        ])
    func strict(spelling: String, words: String) async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: """
                {"devices": [{"device": "d1", "csr": {"spelling": "\(spelling)"}, "certificates": [{"left": 5, "lifetime": 90}]}]}
                """)
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try workspace.text("inbox/rejected/d1.reason.json").contains(words))
    }
}

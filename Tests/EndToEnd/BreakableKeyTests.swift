import Foundation
import Testing

/// Keys that anybody can break are refused as CSRs, and found where certificates have them.
@Suite("Keys that anybody can break")
struct BreakableKeyTests {
    struct Key: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var description: String
        /// A part of what is said of it.
        var finding: String
    }

    static let keys: [Key] = [
        Key(testDescription: "private key 1", description: #""scalar": 1"#, finding: "private key is 1,"),
        Key(testDescription: "private key 2", description: #""scalar": 2"#, finding: "private key is 2,"),
        Key(testDescription: "private key 255", description: #""scalar": 255"#, finding: "private key is 255,"),
        Key(testDescription: "the order less 1", description: #""scalar": -1"#, finding: "order less 1,"),
        Key(
            testDescription: "the order less 2 on P-384", description: #""key": "ecdsa-p384", "scalar": -2"#,
            finding: "order less 2,"),
        Key(
            testDescription: "private key 3, written compressed", description: #""scalar": 3"#,
            finding: "private key is 3,"),
        Key(testDescription: "close primes", description: rsa("close"), finding: "Fermat"),
        Key(
            testDescription: "primes that differ in their lower half", description: rsa("close-in-half"),
            finding: "Fermat"),
        Key(testDescription: "a prime as modulus", description: rsa("prime"), finding: "is a prime number"),
        Key(testDescription: "a square as modulus", description: rsa("square"), finding: "perfect power"),
        Key(testDescription: "a cube as modulus", description: rsa("cube"), finding: "perfect power"),
        Key(testDescription: "a small factor", description: rsa("small-factor"), finding: "divisible by 40009"),
        Key(testDescription: "an authority's key", description: #""file": "ca-1""#, finding: "authority fleet-ca-1"),
        Key(
            testDescription: "another authority's key", description: #""file": "ca-2""#, finding: "authority fleet-ca-2"
        ),
        Key(
            testDescription: "an authority's key in another spelling",
            description: #""file": "ca-2", "exponent": 65539"#, finding: "authority fleet-ca-2"),
        Key(testDescription: "the manifests' key", description: #""file": "manifest""#, finding: "manifests"),
        Key(
            testDescription: "the negative of the manifests' key", description: #""file": "manifest", "negated": true"#,
            finding: "manifests"),
    ]

    private static func rsa(_ modulus: String) -> String { #""key": "rsa-2048", "spelling": "modulus:\#(modulus)""# }

    @Test("A CSR with such a key is refused as weak-key", arguments: keys)
    func refused(key: Key) async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: """
                {"devices": [{"device": "d1", "csr": {\(key.description)}, "certificates": [{"left": 5, "lifetime": 90}]}]}
                """)
        try await workspace.job("run", "--at", now, expecting: 0)
        let reason = try workspace.text("inbox/rejected/d1.reason.json")
        #expect(reason.contains("weak-key") && reason.contains(key.finding), "\(reason)")
    }

    @Test("A certificate with such a key is found, and is replaced by a policy that wants it", arguments: keys)
    func found(key: Key) async throws {
        let workspace = try await Workspace {
            $0.replacing("    issuance:", with: "    compliance: { key: replace }\n    issuance:")
        }
        try await workspace.add(
            devices: """
                {"devices": [{"device": "d1", "certificates": [{"left": 80, "lifetime": 90, \(key.description)}]}]}
                """)
        // The first run tells the world which key manifests are signed with.
        try await workspace.job("run", "--at", now, expecting: 0)
        let plan = try await workspace.job("inventory", "show", "d1", "--json", expecting: 0).stdout
        #expect(plan.contains(#""reason":"weak-key""#), "\(plan)")
    }
}

@Suite("Keys that share a prime")
struct CheckKeysTests {
    private struct Found: Decodable {
        struct Prime: Decodable {
            struct Key: Decodable {
                struct Holder: Decodable { var device: String }
                var keyFingerprint: String
                var holders: [Holder]
            }
            var keys: [Key]
        }
        var keys: Int
        var sharedPrimes: [Prime]
    }

    @Test("Devices with a common prime are named, by certificates and CSRs, and nothing else is told of it")
    func shared() async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: """
                {"devices": [
                 {"device": "a", "certificates": [{"left": 80, "lifetime": 90, "primes": ["p"]}]},
                 {"device": "b", "certificates": [{"left": 80, "lifetime": 90, "primes": ["p", "q"]}]},
                 {"device": "c", "certificates": [{"left": 80, "lifetime": 90, "primes": ["q"], "spelling": "pss"}]},
                 {"device": "d", "certificates": [{"left": 80, "lifetime": 90, "primes": []}]},
                 {"device": "e", "certificates": [{"left": 80, "lifetime": 90}]},
                 {"device": "f", "certificates": [{"status": "INACTIVE", "left": 80, "lifetime": 90, "primes": ["r"]},
                  {"left": 80, "lifetime": 90}]},
                 {"device": "g", "certificates": [{"left": 5, "lifetime": 90}], "csr": {"key": "rsa-2048", "primes": ["r"]}}]}
                """)
        let before = try await workspace.job("inventory", "check-keys", "--json", expecting: 1).stdout
        func devices(_ json: String) throws -> [[String]] {
            try JSONDecoder().decode(Found.self, from: Data(json.utf8)).sharedPrimes
                .map { $0.keys.flatMap(\.holders).map(\.device) }
        }
        #expect(try devices(before) == [["a", "b"], ["b", "c"]])
        try await workspace.job("run", "--at", now, expecting: 0)
        let after = try await workspace.job("inventory", "check-keys", "--json", expecting: 1).stdout
        #expect(try devices(after).map(Set.init) == [["a", "b"], ["b", "c"], ["f", "g"]])
        let text = try await workspace.job("inventory", "check-keys", expecting: 1).stdout
        #expect(text.contains("6 RSA keys: 5 share a prime with another") && text.contains("revoke --key"))
    }

    @Test("A fleet without such keys is fine, and so is one without RSA keys")
    func fine() async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: #"{"devices": [{"device": "e", "certificates": [{"left": 80, "lifetime": 90}]}]}"#)
        #expect(
            try await workspace.job("inventory", "check-keys", expecting: 0).stdout
                == "0 RSA keys: no two share a prime\n")
        try await workspace.add(
            devices: """
                {"devices": [{"device": "a", "certificates": [{"left": 80, "lifetime": 90, "key": "rsa-2048", "named": "k"}]},
                 {"device": "b", "certificates": [{"left": 80, "lifetime": 90, "key": "rsa-2048", "named": "k", "spelling": "exponent"}]},
                 {"device": "c", "certificates": [{"left": 80, "lifetime": 90, "key": "rsa-2048"}]}]}
                """)
        #expect(
            try await workspace.job("inventory", "check-keys", expecting: 0).stdout
                == "2 RSA keys: no two share a prime\n")
    }
}

import LocatedYAML
import Policy
import RotationModel

/// A deterministic stand-in for SHA-256: its first 8 bytes are the given word.
func digest(startingWith word: UInt64) -> SHA256Function {
    { _ in digest(of: word) }
}

private func digest(of word: UInt64) -> SHA256Digest {
    let bytes = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    return SHA256Digest(bytes + [UInt8](repeating: 0, count: 24))!
}

/// FNV-1a and MurmurHash3's last mix: well spread, and without a library.
let spreadHash: SHA256Function = { bytes in
    var word: UInt64 = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    word = (word ^ word >> 33) &* 0xFF51_AFD7_ED55_8CCD
    word = (word ^ word >> 33) &* 0xC4CE_B9FE_1A85_EC53
    return digest(of: word ^ word >> 33)
}

let p256Authority = AuthorityFacts(
    name: "fleet-ca-1", subject: "CN=Example Fleet CA 1,O=Example Devices",
    signatures: [.ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512],
    notAfter: Timestamp(rfc3339: "2036-01-01T00:00:00Z")!)

/// A key for RSASSA-PSS with SHA-384 alone.
let pssAuthority = AuthorityFacts(
    name: "pss-ca", subject: "CN=PSS CA", signatures: [.rsassaPSS], pssHashes: [.sha384],
    limit: "its key is for RSASSA-PSS with SHA-384 alone (RFC 4055, 3.1)",
    notAfter: Timestamp(rfc3339: "2036-01-01T00:00:00Z")!)

let dsaAuthority = AuthorityFacts(
    name: "dsa-ca", subject: "CN=DSA CA", signatures: [.dsaWithSHA256], pssHashes: [],
    notAfter: Timestamp(rfc3339: "2036-01-01T00:00:00Z")!)

func load(
    _ texts: String..., authorities: [AuthorityFacts]? = [p256Authority], sha256: @escaping SHA256Function = spreadHash
) -> LoadedPolicies {
    let files = texts.enumerated().map { SourceFile(path: "\($0 + 1).yaml", bytes: Array($1.utf8)) }
    return PolicySet.load(files, authorities: authorities, sha256: sha256)
}

/// A profile with some of its lines replaced, as part of a file.
func profile(_ name: String = "client", replacing key: String = "", with line: String = "") -> String {
    let lines = [
        ("authority", "authority: fleet-ca-1"), ("signature", "signature: ECDSA-WITH-SHA256"),
        ("validity", "validity: 90d"),
        ("keys", "keys: [ecdsa-p256, rsa-2048+]"), ("subject", "subject: \"CN={device},O=Example\""),
    ]
    var text = "  - name: \(name)\n"
    for (own, standard) in lines where own != key { text += "    \(standard)\n" }
    return text + (line.isEmpty ? "" : "    \(line)\n")
}

/// A file with one policy and one profile.
func policy(_ lines: String = "", profile: String = profile(), name: String = "sensors") -> String {
    """
    version: 1
    policies:
      - name: \(name)
        match: { labels: { product: sensor } }
        issuance: { profile: client }
    \(lines.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(separator: "\n"))
    profiles:
    \(profile)
    """
}

/// A file with one revocation, whose lines after the name are given.
func revocation(_ lines: String, name: String = "lot") -> String {
    """
    version: 1
    revocations:
      - name: \(name)
    \(lines.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
    """
}

extension LoadedPolicies {
    /// `file:line:column: message`, one for each.
    var told: [String] { diagnostics.map { "\($0.place): \($0.message)" } }
    var messages: [String] { diagnostics.map(\.message) }
}

extension Timestamp: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(rfc3339: text)! }
}

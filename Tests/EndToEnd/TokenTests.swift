import Foundation
import Testing

@Suite("Keys in PKCS#11 tokens")
struct TokenTests {
    /// A kind of key, what it signs certificates with, and the manifests' key beside it.
    struct Way: Sendable, CustomTestStringConvertible {
        let key: String
        let signature: String
        var hash: String? = nil
        let manifests: String

        var testDescription: String { "\(key) \(signature) \(hash ?? "") \(manifests)" }
    }

    static let ways = [
        Way(key: "EC:prime256v1", signature: "ECDSA-WITH-SHA256", manifests: "EC:prime256v1"),
        // Of these digests the leftmost bits alone are signed.
        Way(key: "EC:prime256v1", signature: "ECDSA-WITH-SHA512", manifests: "EC:secp384r1"),
        Way(key: "EC:secp384r1", signature: "ECDSA-WITH-SHA384", manifests: "EC:secp521r1"),
        Way(key: "EC:secp521r1", signature: "ECDSA-WITH-SHA512", manifests: "rsa:2048"),
        Way(key: "EC:secp521r1", signature: "ECDSA-WITH-SHA256", manifests: "rsa:3072"),
        Way(key: "rsa:2048", signature: "SHA256WITHRSA", manifests: "EC:prime256v1"),
        Way(key: "rsa:2048", signature: "SHA384WITHRSA", manifests: "EC:prime256v1"),
        Way(key: "rsa:4096", signature: "SHA512WITHRSA", manifests: "EC:prime256v1"),
        Way(key: "rsa:3072", signature: "RSASSAPSS", manifests: "EC:prime256v1"),
        Way(key: "rsa:2048", signature: "RSASSAPSS", hash: "SHA-384", manifests: "EC:prime256v1"),
        Way(key: "rsa:2048", signature: "RSASSAPSS", hash: "SHA-512", manifests: "EC:prime256v1"),
    ]

    @Test(
        "The whole job with an authority's key and the manifests' in a token: other programs find all of it right",
        .timeLimit(.minutes(20)), arguments: ways)
    func wholeJob(way: Way) async throws {
        let token = try await SoftToken()
        try await token.makeKey(way.key, label: "ca", id: "a1")
        try await token.makeKey(way.manifests, label: "manifests", id: "a2")
        let hash = way.hash.map { "\n    hash: \($0)" } ?? ""
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n") {
            $0.replacing("ECDSA-WITH-SHA256", with: way.signature + hash)
        }
        try await workspace.add(devices: #"{"bulk": {"count": 20}}"#)
        try await token.makeAuthority("ca", name: "Token CA", to: workspace.path + "/authorities/ca-1.pem")
        let rest = "module: \(SoftToken.module), pin: { env: TOKEN_PIN }"
        try workspace.setKey("pkcs11: \"pkcs11:token=fleet;object=ca\", \(rest)")
        try workspace.write(
            "rotation.yaml",
            workspace.text("rotation.yaml").replacing(
                "key: { file: authorities/manifest.key }",
                with: "key: { pkcs11: \"pkcs11:token=fleet;id=%a2\", \(rest) }"))

        let ran = try await workspace.job("run", "--at", now, environment: token.environment)
        try #require(ran.status == 0, ran.story)
        try await TokenJudge.judge(workspace, devices: 20, signature: way.signature, hash: way.hash)

        let revoked = try await workspace.job(
            "revoke", "--device", try ExportedDevice.all(await workspace.export())[7].device, "--reason",
            "keyCompromise", "--now", "--at", now,
            environment: token.environment)
        try #require(revoked.status == 0, revoked.story)
        try await TokenJudge.judgeList(workspace)
    }

    @Test(
        "A run that signs on all cores with one key in a token issues what the judges expect", .timeLimit(.minutes(20)))
    func parallel() async throws {
        let token = try await SoftToken()
        let workspace = try await Workspace()
        try await workspace.useToken(token)
        try await workspace.add(devices: #"{"bulk": {"count": 300}}"#)
        let plan = workspace.scratch + "/plan.json"
        // A dry run needs neither the token nor its PIN.
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
        let ran = try await workspace.job("run", "--at", now, environment: token.environment)
        #expect(ran.status == 0 && ran.signal == nil, ran.story)
        #expect(!(ran.stdout + ran.stderr).contains(SoftToken.pin))
        let judged = try await Judge.certificates(workspace, policies: "simple", plan: plan)
        #expect(judged.findings == [] && judged.issued == 300)
        #expect(try await Judge.manifests(workspace, policies: "simple", plan: plan).findings == [])
    }

    @Test(
        "The module comes from the URI, from the environment or from p11-kit where the configuration names none",
        arguments: ["uri", "environment", "p11-kit"])
    func module(from source: String) async throws {
        let token = try await SoftToken()
        let workspace = try await Workspace()
        let query = source == "uri" ? "?module-path=\(SoftToken.module)" : ""
        try await workspace.useToken(
            token, uri: "pkcs11:token=fleet;object=ca;type=private\(query)", key: "passphrase: { env: TOKEN_PIN }")
        try await workspace.add(devices: #"{"bulk": {"count": 2}}"#)
        var environment = token.environment
        if source == "environment" { environment["PKCS11_MODULE_PATH"] = SoftToken.module }
        let ran = try await workspace.job("run", "--at", now, environment: environment)
        #expect(ran.status == 0, ran.story)
    }

    @Test("A PIN comes from a file that only its owner may read, and from a systemd credential")
    func pinSources() async throws {
        let token = try await SoftToken()
        let workspace = try await Workspace()
        try await workspace.useToken(token, key: "module: \(SoftToken.module), pin: { file: pin }")
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        try workspace.write("pin", SoftToken.pin + "\r\n")
        chmod(workspace.path + "/pin", 0o640)
        let tooOpen = try await workspace.job("run", "--at", now, environment: token.environment)
        #expect(tooOpen.status == 77 && tooOpen.stderr.contains("the PIN file has mode 640"), tooOpen.story)
        chmod(workspace.path + "/pin", 0o600)
        let ran = try await workspace.job("run", "--at", now, "--limit", "1", environment: token.environment)
        #expect(ran.status == 0, ran.story)

        try workspace.setKey(
            "pkcs11: \"pkcs11:token=fleet\", module: \(SoftToken.module), pin: { credential: pin }")
        let missing = try await workspace.job("run", "--at", now, environment: token.environment)
        #expect(missing.status == 69 && missing.stderr.contains("LoadCredential=pin"), missing.story)
        let handed = token.environment.merging(["CREDENTIALS_DIRECTORY": workspace.path]) { $1 }
        let second = try await workspace.job("run", "--at", now, environment: handed)
        #expect(second.status == 0, second.story)
    }
}

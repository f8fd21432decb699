import Foundation
import Testing

@Suite("Keys in PKCS#11 tokens")
struct TokenTests {
    @Test(
        "The whole job with an authority's key and the manifests' in a token: other programs find all of it right",
        .timeLimit(.minutes(20)),
        arguments: [
            ("EC:prime256v1", "ECDSA-WITH-SHA256"), ("EC:secp384r1", "ECDSA-WITH-SHA384"),
            ("EC:secp521r1", "ECDSA-WITH-SHA512"),
            ("rsa:2048", "SHA256WITHRSA"), ("rsa:3072", "RSASSAPSS"),
        ])
    func wholeJob(type: String, signature: String) async throws {
        let token = try await SoftToken()
        try await token.makeKey(type, label: "ca", id: "a1")
        try await token.makeKey("EC:prime256v1", label: "manifests", id: "a2")
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n") {
            $0.replacing("ECDSA-WITH-SHA256", with: signature)
        }
        try await workspace.add(devices: #"{"bulk": {"count": 40}}"#)
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
        #expect(try await judgeCertificates(workspace, signature) == 40)
        try await judgeManifests(workspace)

        let revoked = try await workspace.job(
            "revoke", "--device", try ExportedDevice.all(await workspace.export())[7].device, "--reason",
            "keyCompromise", "--now", "--at", now,
            environment: token.environment)
        try #require(revoked.status == 0, revoked.story)
        let list = try await Program.run(
            "/usr/bin/openssl",
            ["crl", "-in", workspace.path + "/delivery/crl/fleet-ca-1.crl", "-noout", "-verify"]
                + ["-CAfile", workspace.path + "/authorities/ca-1.pem"])
        #expect((list.stdout + list.stderr).contains("verify OK"), list.story)
    }

    /// Lets OpenSSL verify what the run issued. How many there were.
    private func judgeCertificates(_ workspace: Workspace, _ signature: String) async throws -> Int {
        let pem = try ExportedDevice.all(await workspace.export()).flatMap(\.certificates)
            .filter { $0.status == "PENDING_ACTIVATION" }.map(\.pem)
        for (number, certificate) in pem.enumerated() {
            try Data(certificate.utf8).write(to: URL(fileURLWithPath: workspace.scratch + "/issued-\(number).pem"))
        }
        let verified = try await Program.shell(
            "openssl verify -x509_strict -attime \"$(date -ud \"$2\" +%s)\" -CAfile \"$1/authorities/ca-1.pem\" \"$3\"/issued-*.pem",
            [workspace.path, now, workspace.scratch])
        #expect(verified.status == 0, verified.story)
        return verified.stdout.split(separator: "\n").count { $0.hasSuffix(": OK") }
    }

    /// Lets Python verify a manifest under the published keys.
    private func judgeManifests(_ workspace: Workspace) async throws {
        let script = """
            import base64, json, glob, sys
            from cryptography.hazmat.primitives.asymmetric import ec, utils
            from cryptography.hazmat.primitives import hashes
            d = lambda t: base64.urlsafe_b64decode(t + '=' * (-len(t) % 4))
            n = lambda t: int.from_bytes(d(t), 'big')
            k = json.load(open(sys.argv[1] + '/keys.json'))['keys'][0]
            key = ec.EllipticCurvePublicNumbers(n(k['x']), n(k['y']), ec.SECP256R1()).public_key()
            found = glob.glob(sys.argv[1] + '/manifests/*/*/*.jws')
            for name in found:
                h, p, s = open(name).read().split('.')
                s = d(s)
                key.verify(utils.encode_dss_signature(int.from_bytes(s[:32], 'big'), int.from_bytes(s[32:], 'big')),
                           (h + '.' + p).encode(), ec.ECDSA(hashes.SHA256()))
            print(len(found))
            """
        let judged = try await Program.run(
            Program.python, ["-B", "-W", "ignore", "-c", script, workspace.path + "/delivery"])
        #expect(judged.status == 0 && judged.stdout == "40\n", judged.story)
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

import Foundation
import Testing

@Suite("What the reference device agent does not believe", .serialized)
struct DeviceAgentTrustTests {
    /// Each changes one thing about a manifest that is good without it, and names what the agent has to say.
    static let attacks: [(what: String, spec: String, says: String)] = [
        ("signed by another key under the pinned key's name", #""attack": "foreign-key""#, "signature is wrong"),
        ("signed by an unknown key", #""attack": "unknown-kid""#, "not pinned"),
        ("brings its own key in the header", #""attack": "embedded-key""#, "not pinned"),
        ("no kid", #""header": {"kid": null}"#, "not pinned"),
        ("RSA too short to sign", #""key": "RS1024""#, "not pinned"),
        ("alg none", #""attack": "no-signature", "header": {"alg": "none"}"#, "does not fit"),
        ("alg None", #""attack": "no-signature", "header": {"alg": "None"}"#, "does not fit"),
        ("no alg", #""header": {"alg": null}"#, "does not fit"),
        (
            "the public key as a secret", #""attack": "public-key-as-secret", "header": {"alg": "HS256"}"#,
            "does not fit"
        ),
        ("another curve's alg", #""header": {"alg": "ES384"}"#, "does not fit"),
        ("RSA's alg", #""header": {"alg": "RS256"}"#, "does not fit"),
        (
            "the set says RS256, the header PS256", #""key": "RS256", "header": {"alg": "PS256"}"#,
            "the pinned key's is RS256"
        ),
        ("alg twice", #""attack": "repeated-algorithm""#, "header is no JSON"),
        ("an RSA signature behind a zero", #""key": "RS256", "attack": "longer-signature""#, "length"),
        ("a PSS signature behind a zero", #""key": "PS256", "attack": "longer-signature""#, "length"),
        ("an RSA signature that is cut off", #""key": "RS256", "attack": "shorter-signature""#, "length"),
        ("a key for encryption", #""jwk": {"use": "enc"}"#, "not pinned"),
        ("a use that is a list", #""jwk": {"use": ["sig"]}"#, "not pinned"),
        ("a use that is a number, of a key without a name", #""jwk": {"kid": null, "use": 1}"#, "not pinned"),
        ("a key that signs only", #""jwk": {"key_ops": ["sign"]}"#, "not pinned"),
        ("a key for no operation", #""jwk": {"key_ops": []}"#, "not pinned"),
        ("operations that are a text", #""jwk": {"key_ops": "verify"}"#, "not pinned"),
        ("a key for another algorithm", #""jwk": {"alg": "ES384"}"#, "the pinned key's is ES384"),
        ("an algorithm that is a number", #""jwk": {"alg": 256}"#, "not pinned"),
        ("no extension, and still critical", #""header": {"crit": []}"#, "critical"),
        ("a typ that turns the line", #""header": {"typ": "a\u202eb"}"#, #"its typ is `a\xe2\x80\xaeb`"#),
        ("a typ that colours", #""header": {"typ": "\u001b[31mred"}"#, #"its typ is `\u001b[31mred`"#),
        (
            "a kid without end", #""header": {"kid": "\#(String(repeating: "k", count: 200))"}"#,
            "kkkk`, which is not pinned"
        ),
        ("a kid beyond ASCII", #""header": {"kid": "\u200b\u0085"}"#, #"key `\xe2\x80\x8b\xc2\x85`"#),
        ("an alg beyond ASCII", #""header": {"alg": "\u2066ES256"}"#, #"algorithm `\xe2\x81\xa6ES256`"#),
        ("critical extension", #""header": {"crit": ["b64"], "b64": false}"#, "critical"),
        ("a confirmation in place of a manifest", #""header": {"typ": "rotation-ack"}"#, "is no manifest"),
        ("no typ", #""header": {"typ": null}"#, "is no manifest"),
        ("no signature", #""attack": "no-signature""#, "signature"),
        ("a signature of zeros", #""attack": "zero-signature""#, "signature is wrong"),
        ("a signature in DER", #""attack": "signature-in-der""#, "length"),
        ("a bit of the signature", #""attack": "changed-signature""#, "signature is wrong"),
        ("a letter of the payload", #""attack": "changed-payload""#, "signature is wrong"),
        ("nothing", #""attack": "empty""#, "no compact JWS"),
        ("no JWS", #""attack": "not-a-jws""#, "no compact JWS"),
        ("four parts", #""attack": "four-parts""#, "no compact JWS"),
        ("shell", #""attack": "shell""#, "no compact JWS"),
        ("too large", #""attack": "too-large""#, "larger than"),
        ("device twice", #""attack": "repeated-member""#, "is no JSON"),
        ("two values", #""raw": "{} {}""#, "is no JSON"),
        ("half a value", #""raw": "{\"version\":1""#, "is no JSON"),
        ("deep", #""raw": "[[[[[[[[[[[[1]]]]]]]]]]]]""#, "is no JSON"),
        ("a NUL", #""payload": {"x": 1}, "raw": "{\"version\":1}\u0000""#, "is no JSON"),
        ("another device", #""payload": {"device": "d2"}"#, "another device"),
        ("a device that starts alike", #""payload": {"device": "d1\n"}"#, "another device"),
        ("no device", #""payload": {"device": null}"#, "another device"),
        ("another account", #""payload": {"account": "999999999999"}"#, "another account"),
        ("a later version", #""payload": {"version": 2}"#, "version 1"),
        ("no sequence", #""payload": {"sequence": null}"#, "no sequence"),
        ("a sequence in quotes", #""payload": {"sequence": "9"}"#, "no sequence"),
        ("a negative sequence", #""payload": {"sequence": -9}"#, "no sequence"),
        ("a sequence past counting", #""payload": {"sequence": 18446744073709551617}"#, "no sequence"),
        ("an earlier manifest again", #""payload": {"sequence": 4}"#, "a replay"),
        ("expired this second", #""expires": "\#(now)""#, "expired"),
        ("no expiry", #""payload": {"expires": null}"#, "is no time"),
        ("expires on no day", #""expires": "2027-13-01T00:00:00Z""#, "is no time"),
        ("issued next week", #""issued": "2026-12-08T00:00:00Z""#, "is the clock right"),
        ("an unknown action", #""payload": {"action": "erase"}"#, "not known"),
        ("no keys that can be made", #""payload": {"request": {"keys": ["ed25519", "dsa-2048"]}}"#, "none of the keys"),
    ]

    @Test("a false manifest is called what it is, and nothing changes", arguments: DeviceAgent.Shell.allCases)
    func attacks(shell: DeviceAgent.Shell) async throws {
        let made = try MadeDelivery()
        var agent = try await made.agent(shell: shell)
        try await made.publish("rekey", sequence: 5)
        try await agent.run(expecting: 0)
        try FileManager.default.removeItem(atPath: agent.state + "/pending/1")
        let before = agent.tree(inbox: made.inbox)
        let deliveries = Self.attacks.indices.map { "\(made.root)/false-\($0)" }
        try await made.publish(Self.attacks.map { MadeDelivery.spec("rekey", 5, $0.spec) }, in: deliveries)
        for (attack, delivery) in zip(Self.attacks, deliveries) {
            agent.manifests = delivery
            agent.key = delivery + "/keys.json"
            let output = try await agent.run()
            #expect(output.status == 1, "\(attack.what): \(output.story.description)")
            #expect(output.stderr.contains(attack.says), "\(attack.what): \(output.stderr)")
            #expect(output.stderr.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) }, "\(attack.what)")
            #expect(agent.tree(inbox: made.inbox) == before, "\(attack.what)")
            #expect(!FileManager.default.fileExists(atPath: delivery + "/run"))
        }
        agent.manifests = made.delivery
        agent.key = made.delivery + "/keys.json"
        try await made.publish("rekey", sequence: 5)
        try await agent.run(expecting: 0, saying: "handed a CSR in")
    }

    @Test(
        "a key of the set that is given for verifying serves, whatever else the set leaves out",
        arguments: [
            #"{"key_ops": ["verify"]}"#, #"{"key_ops": ["sign", "verify"], "use": null}"#,
            #"{"use": null, "alg": null}"#,
            #"{"kid": null, "x-more": {}}"#,
        ], DeviceAgent.Shell.allCases)
    func usableKeys(jwk: String, shell: DeviceAgent.Shell) async throws {
        let made = try MadeDelivery()
        try await made.publish("none", sequence: 1, #""jwk": \#(jwk)"#)
        try await made.agent(shell: shell).run(expecting: 0, saying: "nothing to do")
    }

    @Test(
        "each kind of manifest key serves, as a key set, as PEM and by the set's digest",
        arguments: ["ES256", "ES384", "ES512", "RS256", "PS256"], DeviceAgent.Shell.allCases)
    func pins(algorithm: String, shell: DeviceAgent.Shell) async throws {
        let made = try MadeDelivery()
        try await made.publish("none", sequence: 1, #""key": "\#(algorithm)""#)
        var agent = try await made.agent(shell: shell)
        let digest = try await DeviceAgent.sha256(Data(made.text("delivery/keys.json").utf8))
        for key in [agent.key, made.delivery + "/manifest.pem", "sha256:" + digest] {
            agent.key = key
            try await agent.run(expecting: 0, saying: "nothing to do")
        }
        // Another set in the delivery: the device keeps to the one that it was given.
        try await made.publish("none", sequence: 2, #""key": "\#(algorithm)""#)
        try await agent.run(expecting: 1, saying: "not pinned")
        try FileManager.default.removeItem(atPath: agent.state + "/keys.json")
        try await agent.run(expecting: 1, saying: "not the one whose digest")
    }

    @Test(
        "a certificate that the device cannot use is not installed",
        arguments: [
            (#""lifetime": -1"#, [], "expired"),
            (#""issued": "2026-12-01T20:00:00Z", "payload": {"chain": []}"#, [], "does not verify"),
            (#""payload": {"certificate": "rubbish"}"#, [], "cannot be read"),
            (#""payload": {"certificate": null}"#, [], "cannot be read"),
            (#""authority": 2"#, ["-a", Package.fixtures + "/plant/authorities/ca-1.pem"], "does not verify"),
        ] as [(String, [String], String)])
    func certificates(spec: String, options: [String], says: String) async throws {
        let made = try MadeDelivery()
        let agent = try await made.agent()
        try await made.publish("rekey", sequence: 1)
        try await agent.run(expecting: 0)
        try await made.publishCertificate(sequence: 2, spec)
        // What the device's system trusts for the web has no say about its own certificate.
        let system = try await DeviceAgent.shell(
            #"mkdir "$1" && cp "$2" "$1/$(openssl x509 -in "$2" -noout -hash).0""#, made.root + "/system",
            Package.fixtures + "/plant/authorities/ca-2.pem")
        try #require(system.status == 0, system.story)
        let output = try await agent.run(options, environment: ["SSL_CERT_DIR": made.root + "/system"])
        #expect(output.status == 1 && output.stderr.contains(says), output.story)
        #expect(!FileManager.default.fileExists(atPath: agent.state + "/current"))
        #expect(Tree(made.inbox).files == ["csr/d1.csr"], "nothing is confirmed")
        try await made.publishCertificate(sequence: 3)
        try await agent.run("-a", Package.fixtures + "/plant/authorities/ca-1.pem", expecting: 0, saying: "confirmed")
    }

    @Test("a certificate for a key that the device does not have is not installed")
    func foreignKey() async throws {
        let made = try MadeDelivery()
        let agent = try await made.agent()
        try await made.publish("rekey", sequence: 1)
        try await agent.run(expecting: 0)
        let other = try await made.agent()
        try await other.run(expecting: 0)
        try await made.publishCertificate(sequence: 2)
        try await agent.run(expecting: 0, saying: "for a key that is not here")
        #expect(!FileManager.default.fileExists(atPath: agent.state + "/current"))
    }
}

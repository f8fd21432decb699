import Foundation
import Testing

/// Each case names what is wrong, and what to do about it; the run ends with 69 and has touched nothing.
@Suite("What can be wrong with a token")
struct TokenTroubleTests {
    struct Trouble: Sendable, CustomTestStringConvertible {
        let name: String
        var uri = "pkcs11:token=fleet;object=ca"
        var rest = TokenTroubleTests.rest
        var environment: [String: String] = [:]
        /// What standard error says.
        let says: [String]

        var testDescription: String { name }
    }

    private static let pin = "pin: { env: TOKEN_PIN }"
    /// What stands beside the URI where nothing is wrong.
    fileprivate static let rest = "module: \(SoftToken.module), \(pin)"

    static let troubles = [
        Trouble(
            name: "no module", rest: "module: /nonexistent/lib.so, \(pin)",
            says: ["/nonexistent/lib.so: there is no PKCS#11 module", "correct `module`"]),
        Trouble(
            name: "no library", rest: "module: rotation.yaml, \(pin)",
            says: ["rotation.yaml: the PKCS#11 module cannot be loaded", "shared library"]),
        Trouble(
            name: "another library", rest: "module: /lib/x86_64-linux-gnu/libz.so.1, \(pin)",
            says: ["is no PKCS#11 module", "C_GetFunctionList"]),
        Trouble(
            name: "a module without its configuration", environment: ["SOFTHSM2_CONF": "/nonexistent"],
            says: ["does not start", "SOFTHSM2_CONF"]),
        Trouble(
            name: "no such token", uri: "pkcs11:token=fleed;object=ca",
            says: ["there is no token `fleed`; there are: `", "`fleet` (serial ", "`twin` (serial "]),
        Trouble(
            name: "several tokens", uri: "pkcs11:token=twin;object=ca", says: ["several tokens fit", "`serial=…`"]),
        Trouble(
            name: "wrong PIN", environment: ["TOKEN_PIN": "99999999"],
            says: [
                "the PIN of the token `fleet`", "is wrong (CKR_PIN_INCORRECT)", "tries are running out", "tried once",
            ]),
        Trouble(name: "no PIN", rest: "module: \(SoftToken.module)", says: ["wants a PIN", "pin: { file: … }"]),
        Trouble(
            name: "the PIN's variable is not set", rest: "module: \(SoftToken.module), pin: { env: NOT_SET_AT_ALL }",
            says: ["NOT_SET_AT_ALL, which holds a PIN, is not set"]),
        Trouble(
            name: "no such key", uri: "pkcs11:token=fleet;object=cb",
            says: ["has no such private key; it has:", "`object=ca;id=%01`"]),
        Trouble(
            name: "only a public key", uri: "pkcs11:token=fleet;object=half",
            says: ["has `object=half;id=%09` only as a public key"]),
        Trouble(
            name: "only a private key", uri: "pkcs11:token=fleet;object=lone",
            says: ["shows no public key that belongs to `object=lone;id=%0A`", "or the certificate"]),
        Trouble(
            name: "a curve that nothing here is signed on", uri: "pkcs11:token=fleet;object=odd",
            says: ["no public key that belongs to `object=odd;id=%0B`", "P-256, P-384, P-521"]),
        Trouble(name: "several keys", uri: "pkcs11:token=fleet;object=pair", says: ["several private keys", "`id=…`"]),
        Trouble(
            name: "a key that wants the PIN every time", uri: "pkcs11:token=fleet;object=shy",
            says: ["PIN before every signature"]),
    ]

    @Test("69, with what is wrong and what to do")
    func troubles() async throws {
        let token = try await SoftToken()
        for _ in 0..<2 { try await token.add("twin") }
        let workspace = try await Workspace()
        try await workspace.useToken(token)
        try await token.makeKey("EC:prime256v1", label: "pair", id: "05")
        try await token.makeKey("EC:prime256v1", label: "pair", id: "06")
        try await token.tool(
            ["--keypairgen", "--key-type", "EC:prime256v1", "--label", "shy", "--id", "08", "--always-auth"])
        try await token.makeKey("EC:prime256v1", label: "half", id: "09")
        try await token.tool(["--delete-object", "--type", "privkey", "--id", "09"])
        try await token.makeKey("EC:prime256v1", label: "lone", id: "0a")
        try await token.tool(["--delete-object", "--type", "pubkey", "--id", "0a"])
        try await token.makeKey("EC:secp256k1", label: "odd", id: "0b")
        try await workspace.add(devices: #"{"bulk": {"count": 2}}"#)
        let before = try await workspace.export()

        for trouble in TokenTroubleTests.troubles {
            try workspace.setKey("pkcs11: \"\(trouble.uri)\", \(trouble.rest)")
            let ran = try await workspace.job(
                "run", "--at", now, environment: token.environment.merging(trouble.environment) { $1 })
            #expect(ran.status == 69 && ran.signal == nil, "\(trouble.name): \(ran.story)")
            for words in trouble.says { #expect(ran.stderr.contains(words), "\(trouble.name): \(ran.story)") }
            #expect(!ran.stderr.contains("99999999") && !ran.stderr.contains(SoftToken.pin))
        }
        #expect(try await workspace.export() == before)
        try workspace.setKey("pkcs11: \"pkcs11:token=fleet;object=ca\", \(TokenTroubleTests.rest)")
        let ran = try await workspace.job("run", "--at", now, environment: token.environment)
        #expect(ran.status == 0, ran.story)
    }

    @Test("A token that nobody initialised is told from one that is missing")
    func uninitialised() async throws {
        let token = try await SoftToken(nil)
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        for (uri, says) in [
            ("pkcs11:token=fleet", "only 1 that nobody has initialised"),
            ("pkcs11:slot-id=0", "the token in slot 0 is not initialised"),
        ] {
            try workspace.setKey("pkcs11: \"\(uri)\", \(TokenTroubleTests.rest)")
            let ran = try await workspace.job("run", "--at", now, environment: token.environment)
            #expect(ran.status == 69 && ran.stderr.contains(says), ran.story)
        }
    }

    @Test("The key of another authority is a mistake of the configuration, as it is with files")
    func foreignKey() async throws {
        let token = try await SoftToken()
        let workspace = try await Workspace()
        try await workspace.useToken(token)
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        try await token.makeKey("EC:prime256v1", label: "other", id: "02")
        try workspace.setKey("pkcs11: \"pkcs11:object=other;token=fleet\", \(TokenTroubleTests.rest)")
        let ran = try await workspace.job("run", "--at", now, environment: token.environment)
        #expect(ran.status == 78 && ran.stderr.contains("the key is not that of the certificate"), ran.story)
    }

    @Test(
        "A key that is too short for RSASSA-PSS, or whose token has none, is told before anything is signed",
        arguments: [
            ("rsa:1024", false, 65, "cannot make RSASSAPSS signatures with SHA-512"),
            ("rsa:2048", true, 78, "the token does not sign by CKM_RSA_PKCS_PSS"),
        ])
    func noPSS(key: String, isUnsteady: Bool, status: Int32, says: String) async throws {
        let token = try await SoftToken()
        try await token.makeKey(key, label: "ca", id: "01")
        let workspace = try await Workspace {
            $0.replacing("ECDSA-WITH-SHA256", with: "RSASSAPSS\n    hash: SHA-512")
        }
        try await token.makeAuthority("ca", name: "Token CA", to: workspace.path + "/authorities/ca-1.pem")
        let module = isUnsteady ? try await UnsteadyModule.path.value : SoftToken.module
        try workspace.setKey(
            "pkcs11: \"pkcs11:token=fleet;object=ca\", module: \(module), \(TokenTroubleTests.pin)")
        try await workspace.add(devices: #"{"bulk": {"count": 2}}"#)
        let ran = try await workspace.job(
            "run", "--at", now,
            environment: token.environment.merging(
                ["UNSTEADY_MODULE": SoftToken.module, "UNSTEADY_NO_PSS": "1"]) { $1 })
        #expect(ran.status == status && ran.stderr.contains(says), ran.story)
    }

    @Test("A certificate beside the private key will do where the token has no public key")
    func certificateBeside() async throws {
        let token = try await SoftToken()
        let workspace = try await Workspace()
        try await workspace.useToken(token)
        let der = workspace.scratch + "/ca-1.der"
        let converted = try await Program.shell(
            "openssl x509 -in \"$1\" -outform DER -out \"$2\"", [workspace.path + "/authorities/ca-1.pem", der])
        try #require(converted.status == 0, converted.story)
        try await token.tool(["--write-object", der, "--type", "cert", "--label", "ca", "--id", "01"])
        try await token.tool(["--delete-object", "--type", "pubkey", "--id", "01"])
        try await workspace.add(devices: #"{"bulk": {"count": 2}}"#)
        let ran = try await workspace.job("run", "--at", now, environment: token.environment)
        #expect(ran.status == 0, ran.story)
    }

    @Test("A URI that carries its PIN is refused at its line, and the PIN is shown nowhere")
    func pinInURI() async throws {
        let workspace = try await Workspace()
        try workspace.setKey("pkcs11: \"pkcs11:token=fleet;object=ca?pin-value=13572468\", modul: x")
        let ran = try await workspace.job("plan", "--at", now, expecting: 78)
        #expect(ran.stderr.contains("`pin-value`") && ran.stderr.contains("pin: { file: … }"), ran.story)
        #expect(ran.stderr.contains("did you mean `module`?"), ran.story)
        #expect(ran.stderr.contains("pin-value=********") && !ran.stderr.contains("13572468"), ran.story)
    }
}

import Foundation
import Testing

/// A token of SoftHSM, in a folder of its own, and the programs that set tokens up.
final class SoftToken: Sendable {
    static let module = "/usr/lib/softhsm/libsofthsm2.so"
    static let pin = "24680135"

    private let folder: TemporaryDirectory
    /// What a program needs to see the token.
    var environment: [String: String] { ["SOFTHSM2_CONF": folder / "softhsm2.conf", "TOKEN_PIN": SoftToken.pin] }

    /// - Parameter label: nil leaves the one token that SoftHSM always shows uninitialised.
    init(_ label: String? = "fleet") async throws {
        folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder / "tokens", withIntermediateDirectories: false)
        try Data("directories.tokendir = \(folder / "tokens")\nlog.level = ERROR\n".utf8)
            .write(to: URL(fileURLWithPath: folder / "softhsm2.conf"))
        if let label { try await add(label) }
    }

    /// Initialises one more token.
    func add(_ label: String) async throws {
        try await use(
            "softhsm2-util",
            ["--init-token", "--free", "--label", label, "--so-pin", "12345678"] + ["--pin", SoftToken.pin])
    }

    /// Runs a program that sees the token.
    @discardableResult
    func use(_ program: String, _ arguments: [String]) async throws -> Output {
        let output = try await Program.run(
            "/usr/bin/env", [program] + arguments, in: folder.path, environment: environment)
        try #require(output.status == 0, output.story)
        return output
    }

    /// Makes a key in the token: `EC:prime256v1`, `rsa:2048`.
    func makeKey(_ type: String, label: String, id: String) async throws {
        try await tool(["--keypairgen", "--key-type", type, "--label", label, "--id", id, "--usage-sign"])
    }

    func tool(_ arguments: [String], label: String = "fleet") async throws {
        try await use(
            "pkcs11-tool",
            ["--module", SoftToken.module, "--token-label", label, "--login", "--pin", SoftToken.pin] + arguments)
    }

    /// Brings a key of a PEM file into the token.
    func importKey(_ file: String, label: String, id: String, token: String = "fleet") async throws {
        try await use(
            "softhsm2-util",
            ["--import", file, "--token", token, "--label", label, "--id", id, "--pin", SoftToken.pin])
    }

    /// The certificate of a root authority with a key of the token, which GnuTLS has the token sign.
    func makeAuthority(_ label: String, name: String, to file: String) async throws {
        try await Certtool.makeAuthority(
            name: name, key: "pkcs11:token=fleet;object=\(label)", module: SoftToken.module, pin: SoftToken.pin,
            to: file, environment: environment)
    }
}

/// GnuTLS's program, which speaks PKCS#11 too.
enum Certtool {
    /// The certificate of a root authority that a key in a token signs.
    static func makeAuthority(
        name: String, key uri: String, module: String, pin: String, to file: String, environment: [String: String]
    ) async throws {
        let template = file + ".template"
        let lines =
            ["organization = \"Example Devices\"", "cn = \"\(name)\"", "expiration_days = 3650"]
            + ["ca", "cert_signing_key", "crl_signing_key"]
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: template))
        let made = try await Program.run(
            "/usr/bin/env",
            ["GNUTLS_PIN=\(pin)", "certtool", "--provider", module, "--generate-self-signed"]
                + ["--load-privkey", uri + ";type=private", "--load-pubkey", uri + ";type=public"]
                + ["--template", template, "--outfile", file],
            environment: environment)
        try #require(made.status == 0, made.story)
    }
}

/// A PKCS#11 module that does what it is told instead of what is right (see Tools/unsteady_token.c).
enum UnsteadyModule {
    private static let folder = try? TemporaryDirectory()

    /// The module's file, compiled once.
    static let path = Task { () throws -> String in
        let path = try #require(folder) / "unsteady_token.so"
        let built = try await Program.shell(
            "exec \"$(command -v clang || command -v cc)\" -shared -fPIC -O1 -o \"$1\" \"$2\" -ldl",
            [path, Package.tools + "/unsteady_token.c"])
        try #require(built.status == 0, built.story)
        return path
    }
}

extension Workspace {
    /// Puts the key of authority 1 into a token, and the configuration on it.
    ///
    /// - Parameter key: the rest of the key's mapping.
    func useToken(
        _ token: SoftToken, uri: String = "pkcs11:token=fleet;object=ca",
        key rest: String = "module: \(SoftToken.module), pin: { env: TOKEN_PIN }"
    ) async throws {
        try await token.importKey(path + "/authorities/ca-1.key", label: "ca", id: "01")
        try setKey("pkcs11: \"\(uri)\", \(rest)")
    }

    /// Replaces the content of the mapping that says where authority 1's key is.
    func setKey(_ mapping: String) throws {
        let lines = try text("rotation.yaml").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var first = true
        try write(
            "rotation.yaml",
            lines.map { line in
                guard first, line.hasPrefix("    key: {") else { return line }
                first = false
                return "    key: { \(mapping) }"
            }.joined(separator: "\n"))
    }
}

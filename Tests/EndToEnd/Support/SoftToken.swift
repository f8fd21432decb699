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

    /// The certificate of a root authority with a key of the token, which OpenSSL signs through its own engine.
    func makeAuthority(_ label: String, name: String, options: [String] = [], to file: String) async throws {
        let settings = """
            openssl_conf = all
            [all]
            engines = engines
            [engines]
            pkcs11 = token
            [token]
            engine_id = pkcs11
            MODULE_PATH = \(SoftToken.module)
            PIN = \(SoftToken.pin)
            init = 0
            [req]
            distinguished_name = name
            [name]
            """
        try Data(settings.utf8).write(to: URL(fileURLWithPath: folder / "openssl.cnf"))
        try await use(
            "env",
            ["OPENSSL_CONF=" + (folder / "openssl.cnf"), "openssl", "req", "-x509", "-new", "-engine", "pkcs11"]
                + [
                    "-keyform", "engine", "-key", "pkcs11:token=fleet;object=\(label)", "-subj",
                    "/O=Example Devices/CN=\(name)",
                ]
                + ["-days", "3650", "-addext", "basicConstraints=critical,CA:true"]
                + ["-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", file] + options)
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

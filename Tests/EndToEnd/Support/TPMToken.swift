import Foundation
import Testing

/// A token in an emulated TPM, by tpm2-pkcs11: a PKCS#11 module that shares nothing with SoftHSM's, and does less.
final class TPMToken: Sendable {
    static let pin = "24680135"

    /// Nil where Debian's packages for it are not installed.
    static let module: String? = {
        let tools = ["/usr/bin/swtpm", "/usr/bin/tpm2_ptool"]
        let libraries = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? []
        guard tools.allSatisfy(FileManager.default.isExecutableFile(atPath:)) else { return nil }
        return libraries.map { "/usr/lib/\($0)/pkcs11/libtpm2_pkcs11.so" }.first(
            where: FileManager.default.fileExists(atPath:))
    }()

    private let folder: TemporaryDirectory
    private let chip: Running

    /// What a program needs to see the token.
    var environment: [String: String] {
        [
            "TPM2_PKCS11_STORE": folder / "store", "TPM2_PKCS11_TCTI": "swtpm:path=" + (folder / "tpm"),
            "TPM2TOOLS_TCTI": "swtpm:path=" + (folder / "tpm"), "TPM2_PKCS11_LOG_LEVEL": "0",
            "TSS2_LOG": "all+none", "TOKEN_PIN": TPMToken.pin,
        ]
    }

    /// - Parameter keys: as Tools/tpm_token.sh has them; each has its kind for a label.
    init(keys: [String]) async throws {
        folder = try TemporaryDirectory()
        let socket = folder / "tpm"
        try FileManager.default.createDirectory(atPath: folder / "state", withIntermediateDirectories: false)
        // Not as a daemon: whoever waits for the program that started one would wait for it too.
        chip = try Program.start(
            "/usr/bin/swtpm",
            ["socket", "--tpm2", "--tpmstate", "dir=" + (folder / "state"), "--server", "type=unixio,path=" + socket]
                + ["--ctrl", "type=unixio,path=\(socket).ctrl", "--flags", "not-need-init,startup-clear"])
        while chip.isRunning, !FileManager.default.fileExists(atPath: socket) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let made = try await Program.run(
            "/bin/sh", [Package.tools + "/tpm_token.sh", folder.path, TPMToken.pin] + keys, environment: environment)
        try #require(made.status == 0, made.story)
    }

    // It has inherited that most signals are blocked, and nothing of it is kept.
    deinit { chip.send(SIGKILL) }
}

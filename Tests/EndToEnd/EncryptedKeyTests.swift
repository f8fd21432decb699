import Foundation
import Testing

@Suite("Encrypted key files")
struct EncryptedKeyTests {
    /// Encrypts authority 1's key with OpenSSL's own program.
    private func encrypt(_ workspace: Workspace, _ arguments: [String], passphrase: String) async throws {
        try workspace.write("given", Data(passphrase.utf8))
        let made = try await Program.run(
            "/usr/bin/openssl",
            arguments + ["-in", "authorities/ca-1.key", "-passout", "file:given", "-out", "ca.enc"],
            in: workspace.path)
        try #require(made.status == 0, made.story)
        chmod(workspace.path + "/ca.enc", 0o600)
        try FileManager.default.removeItem(atPath: workspace.path + "/given")
    }

    private func write(_ workspace: Workspace, secret: String) throws {
        try workspace.write("secret", secret)
        chmod(workspace.path + "/secret", 0o600)
    }

    @Test(
        "Each way in which OpenSSL encrypts a key opens with the passphrase from each place",
        arguments: [
            ["pkcs8", "-topk8", "-v2", "aes-256-cbc"], ["pkcs8", "-topk8", "-scrypt"],
            ["pkcs8", "-topk8", "-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512"], ["ec", "-aes256"],
        ])
    func opens(arguments: [String]) async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 3}}"#)
        // No ASCII, and blanks at both ends: the bytes count.
        let passphrase = " pässwörd 🔑 "
        try await encrypt(workspace, arguments, passphrase: passphrase)
        try write(workspace, secret: passphrase + "\r\nsecond line\n")
        let environment = ["SECRET": passphrase, "CREDENTIALS_DIRECTORY": workspace.path]
        for (left, source) in ["file: secret", "env: SECRET", "credential: secret"].enumerated() {
            try workspace.setKey("file: ca.enc, passphrase: { \(source) }")
            let ran = try await workspace.job("run", "--at", now, "--limit", "1", environment: environment)
            #expect(ran.status == 0 && !(ran.stdout + ran.stderr).contains("pässwörd"), ran.story)
            let issued = try ExportedDevice.all(await workspace.export()).count { $0.certificates.count == 2 }
            #expect(issued == left + 1)
        }
    }

    @Test("What is wrong with a passphrase is said with its place, and ends with 69")
    func wrong() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        try await encrypt(workspace, ["pkcs8", "-topk8"], passphrase: "right")
        let long = String(repeating: "a", count: 1025)
        for (content, source, says) in [
            ("wrong", "file: secret", "ca.enc: the key cannot be decrypted"),
            ("\nright", "file: secret", "secret: the passphrase file's first line is empty"),
            (long, "file: secret", "the passphrase is 1025 bytes long"),
            (
                "", "env: NOT_SET_AT_ALL",
                "the environment variable NOT_SET_AT_ALL, which holds a passphrase, is not set"
            ),
            ("", "env: EMPTY", "the environment variable EMPTY, which holds a passphrase, is empty"),
            ("", "credential: secret", "LoadCredential=secret"),
            ("", "file: nowhere", "nowhere: the passphrase file does not"),
        ] {
            try write(workspace, secret: content)
            try workspace.setKey("file: ca.enc, passphrase: { \(source) }")
            let ran = try await workspace.job("run", "--at", now, environment: ["EMPTY": ""])
            #expect(ran.status == 69 && ran.stderr.contains(says), ran.story)
            #expect(!ran.stderr.contains(long) && !ran.stderr.contains("right"), ran.story)
        }
        try workspace.setKey("file: ca.enc")
        let without = try await workspace.job("run", "--at", now)
        #expect(without.status == 69 && without.stderr.contains("there is no passphrase for it"), without.story)
    }

    @Test("A passphrase file that others may read ends with 77")
    func tooOpen() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        try await encrypt(workspace, ["pkcs8", "-topk8"], passphrase: "right")
        try workspace.write("secret", "right\n")
        chmod(workspace.path + "/secret", 0o644)
        try workspace.setKey("file: ca.enc, passphrase: { file: secret }")
        let ran = try await workspace.job("run", "--at", now)
        #expect(ran.status == 77 && ran.stderr.contains("the passphrase file has mode 644"), ran.story)
    }

    @Test("A key that is not encrypted, though a passphrase is configured for it, is used with a warning")
    func notEncrypted() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        try write(workspace, secret: "right\n")
        try workspace.setKey("file: authorities/ca-1.key, passphrase: { file: secret }")
        let ran = try await workspace.job("run", "--at", now)
        #expect(ran.status == 0 && ran.stderr.contains("authorities/ca-1.key: the key is not encrypted"), ran.story)
    }
}

import Foundation
import RotationModel
import RotationTesting
import System
import Testing

@testable import PKI

@Suite("Private keys")
struct PrivateKeyTests {
    @Test(
        "a key that was written is read back, in the clear and encrypted",
        arguments: [.ecdsaP256, .ecdsaP384, .ecdsaP521, .rsa(bits: 2048), .dsa(bits: 2048), .ed25519] as [KeyAlgorithm])
    func roundTrip(algorithm: KeyAlgorithm) throws {
        let key = try SharedKeys.key(algorithm)
        #expect(key.publicKey.algorithm == algorithm)
        let folder = try TemporaryFolder()
        try folder.write("plain", key.pem(), mode: 0o600)
        #expect(try PrivateKey.load(path: folder["plain"]).publicKey == key.publicKey)
        let passphrase = Passphrase(bytes: Array("correct horse".utf8))
        let encrypted = try key.pem(passphrase: passphrase)
        #expect(String(decoding: encrypted, as: UTF8.self).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
        try folder.write("encrypted", encrypted, mode: 0o400)
        #expect(try PrivateKey.load(path: folder["encrypted"], passphrase: passphrase).publicKey == key.publicKey)
    }

    @Test(
        "OpenSSL's formats are read",
        arguments: [
            ["ec", "-in", "p", "-out", "k"], ["ec", "-in", "p", "-out", "k", "-aes256", "-passout", "pass:secret"],
            ["pkcs8", "-topk8", "-in", "p", "-out", "k", "-passout", "pass:secret"],
            ["pkcs8", "-topk8", "-in", "p", "-out", "k", "-scrypt", "-passout", "pass:secret"],
            ["pkcs8", "-topk8", "-in", "p", "-out", "k", "-nocrypt"],
        ])
    func formats(arguments: [String]) throws {
        let folder = try TemporaryFolder()
        let key = try PrivateKey.generate(.ecdsaP256)
        try folder.write("p", key.pem())
        try openssl(arguments, in: folder)
        try folder.write("k", folder.read("k"), mode: 0o600)
        let isEncrypted = arguments.contains("pass:secret")
        let passphrase = isEncrypted ? Passphrase(bytes: Array("secret".utf8)) : nil
        #expect(try PrivateKey.load(path: folder["k"], passphrase: passphrase).publicKey == key.publicKey)
    }

    @Test("PKCS#1 is read")
    func pkcs1() throws {
        let folder = try TemporaryFolder()
        try folder.write("p", SharedKeys.key(.rsa(bits: 2048)).pem())
        try openssl(["rsa", "-in", "p", "-traditional", "-out", "k"], in: folder)
        let text = try folder.read("k")
        #expect(String(decoding: text, as: UTF8.self).contains("BEGIN RSA PRIVATE KEY"))
        try folder.write("k", text, mode: 0o600)
        #expect(try PrivateKey.load(path: folder["k"]).publicKey == SharedKeys.key(.rsa(bits: 2048)).publicKey)
    }

    @Test("a missing or wrong passphrase is told apart, and nothing is asked on a terminal")
    func passphrases() throws {
        let folder = try TemporaryFolder()
        let key = try PrivateKey.generate(.ecdsaP256)
        try folder.write("k", key.pem(passphrase: Passphrase(bytes: Array("right".utf8))), mode: 0o600)
        let missing = try failure { _ = try PrivateKey.load(path: folder["k"]) }
        #expect(
            missing.code == .keyUnavailable && missing.message.contains("no passphrase") && missing.place == folder["k"]
        )
        let wrong = try failure {
            _ = try PrivateKey.load(path: folder["k"], passphrase: Passphrase(bytes: Array("wrong".utf8)))
        }
        #expect(wrong.code == .keyUnavailable && wrong.advice.contains("check the passphrase"))
    }

    @Test("a passphrase of 1024 bytes opens its key, and a longer one is told from a wrong one")
    func longPassphrases() throws {
        let folder = try TemporaryFolder()
        let longest = Passphrase(bytes: [UInt8](repeating: 0x61, count: 1024))
        let key = try PrivateKey.generate(.ecdsaP256)
        try folder.write("k", key.pem(passphrase: longest), mode: 0o600)
        #expect(try PrivateKey.load(path: folder["k"], passphrase: longest).publicKey == key.publicKey)
        let long = Passphrase(bytes: [UInt8](repeating: 0x61, count: 1025))
        let error = try failure { _ = try PrivateKey.load(path: folder["k"], passphrase: long) }
        #expect(error.code == .keyUnavailable && error.message.contains("1025 bytes") && error.advice.contains("1024"))
    }

    @Test(
        "what only OpenSSL's legacy provider decrypts is told from a wrong passphrase; PBES1 with triple DES is read",
        arguments: [("PBE-MD5-DES", false), ("PBE-SHA1-RC2-40", false), ("PBE-SHA1-3DES", true)])
    func legacyEncryption(algorithm: String, isRead: Bool) throws {
        let folder = try TemporaryFolder()
        let key = try PrivateKey.generate(.ecdsaP256)
        try folder.write("p", key.pem())
        try openssl(
            ["pkcs8", "-topk8", "-in", "p", "-out", "k", "-v1", algorithm, "-passout", "pass:secret"]
                + ["-provider", "default", "-provider", "legacy"], in: folder)
        try folder.write("k", folder.read("k"), mode: 0o600)
        let secret = Passphrase(bytes: Array("secret".utf8))
        if isRead {
            #expect(try PrivateKey.load(path: folder["k"], passphrase: secret).publicKey == key.publicKey)
        } else {
            let error = try failure { _ = try PrivateKey.load(path: folder["k"], passphrase: secret) }
            #expect(error.code == .keyUnavailable && error.advice.contains("openssl pkcs8 -topk8"), "\(error)")
        }
    }

    @Test(
        "a file that others may read or write is refused with the command that mends it",
        arguments: [0o640, 0o604, 0o644, 0o620, 0o602, 0o666])
    func tooOpen(mode: Int) throws {
        let folder = try TemporaryFolder()
        try folder.write("k", PrivateKey.generate(.ecdsaP256).pem(), mode: mode)
        let error = try failure { _ = try PrivateKey.load(path: folder["k"]) }
        #expect(
            error.code == .permission && error.advice == "chmod 600 \(folder["k"])"
                && error.message.contains(String(mode, radix: 8)))
        #expect(try failure { _ = try Passphrase.read(file: folder["k"]) }.code == .permission)
    }

    @Test("a file that another user owns is refused, and one of root or the caller is not")
    func owners() throws {
        var status = stat()
        status.st_mode = S_IFREG | 0o600
        for (owner, isGood) in [(0, true), (geteuid(), true), (geteuid() + 12345, false)] {
            status.st_uid = owner
            if isGood {
                try SecretFile.check(FileIdentity(status), "k", "key file", credentials: nil)
            } else {
                let error = try failure {
                    try SecretFile.check(FileIdentity(status), "k", "key file", credentials: nil)
                }
                #expect(error.code == .permission && error.message.contains("\(owner)"))
            }
        }
    }

    @Test("systemd's own credential files may show a group's read bit, and no more")
    func credentials() throws {
        var status = stat()
        let good = (path: "/run/credentials/job.service/key", folder: "/run/credentials/job.service")
        status.st_mode = S_IFREG | 0o440
        try SecretFile.check(FileIdentity(status), good.path, "key file", credentials: good.folder)
        let others = [
            (good.path, nil), ("/etc/key", good.folder), (good.folder + "/../key", good.folder),
            (good.folder + "-2/key", good.folder),
        ]
        for (path, folder) in others {
            #expect(
                try failure { try SecretFile.check(FileIdentity(status), path, "key file", credentials: folder) }.code
                    == .permission)
        }
        for mode: mode_t in [0o460, 0o444, 0o442] {
            status.st_mode = S_IFREG | mode
            #expect(
                try failure {
                    try SecretFile.check(FileIdentity(status), good.path, "key file", credentials: good.folder)
                }.code
                    == .permission)
        }
    }

    @Test("a folder, a pipe, a missing, empty, huge or foreign file is no key")
    func noKeys() throws {
        let folder = try TemporaryFolder()
        mkfifo(folder["pipe"], 0o600)
        mkdir(folder["folder"], 0o700)
        try folder.write("empty", "", mode: 0o600)
        try folder.write("huge", [UInt8](repeating: 0x41, count: 64 * 1024 + 1), mode: 0o600)
        try folder.write("text", "hello", mode: 0o600)
        try folder.write("certificate", ThrowawayPKI(now: now).authority.certificate.pem, mode: 0o600)
        try folder.write("cut", Array(PrivateKey.generate(.ecdsaP256).pem().prefix(100)), mode: 0o600)
        for (name, part) in [
            ("pipe", "named pipe"), ("folder", "folder"), ("missing", "does not exist"), ("empty", "empty"),
            ("huge", "64 KiB"),
            ("text", "no private key"), ("certificate", "no private key"), ("cut", "no private key"),
        ] {
            let error = try failure { _ = try PrivateKey.load(path: folder[name]) }
            #expect(
                error.code == .keyUnavailable && error.message.contains(part) && error.place == folder[name], "\(error)"
            )
        }
    }

    @Test("a passphrase is its file's first line, and is never printed")
    func passphraseFile() throws {
        let folder = try TemporaryFolder()
        let key = try PrivateKey.generate(.ecdsaP256)
        try folder.write("k", key.pem(passphrase: Passphrase(bytes: Array("se cret".utf8))), mode: 0o600)
        for text in ["se cret", "se cret\n", "se cret\r\nmore\n"] {
            try folder.write("p", text, mode: 0o600)
            let passphrase = try Passphrase.read(file: folder["p"])
            #expect(try PrivateKey.load(path: folder["k"], passphrase: passphrase).publicKey == key.publicKey)
            var dumped = ""
            dump(passphrase, to: &dumped)
            #expect(!"\(passphrase)\(String(reflecting: passphrase))\(dumped)".contains("cret"))
        }
        try folder.write("p", "\nx", mode: 0o600)
        #expect(try failure { _ = try Passphrase.read(file: folder["p"]) }.code == .keyUnavailable)
    }

    @Test("keys that nothing can make are refused", arguments: [.other("x"), .rsa(bits: 256)] as [KeyAlgorithm])
    func unmakeable(algorithm: KeyAlgorithm) throws {
        #expect(try failure { _ = try PrivateKey.generate(algorithm) }.code == .cryptography)
    }
}

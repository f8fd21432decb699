import Foundation
import PKI
import RotationModel
import RotationTesting
import Testing

/// The keys and authorities of `Tests/TestKeys`: those that are slow to make.
enum TestKeys {
    static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/TestKeys/"

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + name)))
    }

    /// A copy that is readable by nobody else, as keys must be.
    static func key(_ name: String) throws -> PrivateKey {
        let copy = try TemporaryFolder()
        return try PrivateKey.load(path: copy.write("key", bytes(name + ".key"), mode: 0o600))
    }

    static func certificate(_ name: String) throws -> Certificate {
        try Certificate(reading: bytes(name + ".pem"))
    }

    static func authority(_ name: String) throws -> Authority {
        try Authority(name: name, certificate: certificate("ca-" + name), key: key("ca-" + name))
    }
}

/// One way to sign certificates: an authority of `Tests/TestKeys`, and what its key signs with.
struct AuthorityAlgorithm: Sendable, CustomTestStringConvertible {
    let authority: String
    let signature: SignatureAlgorithm
    var hash: PSSHash?

    var text: String { "\(signature)\(hash.map { " \($0)" } ?? "")" }
    var testDescription: String { "\(authority) \(text)" }

    static let all: [AuthorityAlgorithm] =
        ["rsa-2048", "rsa-3072", "rsa-4096"].flatMap { key in
            [.sha256WithRSA, .sha384WithRSA, .sha512WithRSA].map { AuthorityAlgorithm(authority: key, signature: $0) }
                + pss(key)
        } + pss("rsa-pss")
        + [
            AuthorityAlgorithm(authority: "rsa-pss-sha256", signature: .rsassaPSS, hash: .sha256),
            AuthorityAlgorithm(authority: "rsa-pss-sha384", signature: .rsassaPSS, hash: .sha384),
            AuthorityAlgorithm(authority: "rsa-pss-sha512", signature: .rsassaPSS, hash: .sha512),
            AuthorityAlgorithm(authority: "dsa-2048", signature: .dsaWithSHA256),
            AuthorityAlgorithm(authority: "dsa-3072", signature: .dsaWithSHA256),
        ]
        + ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521"].flatMap { key in
            [.ecdsaWithSHA256, .ecdsaWithSHA384, .ecdsaWithSHA512].map {
                AuthorityAlgorithm(authority: key, signature: $0)
            }
        }

    private static func pss(_ key: String) -> [AuthorityAlgorithm] {
        PSSHash.allCases.map { AuthorityAlgorithm(authority: key, signature: .rsassaPSS, hash: $0) }
    }

    func profile(crlURL: String? = nil) -> CertificateProfile {
        CertificateProfile(
            signature: signature, pssHash: hash, keyUsage: [.digitalSignature], extendedKeyUsage: [.clientAuth],
            crlURLs: crlURL.map { [$0] } ?? [])
    }

    func signer() throws -> CertificateSigner {
        try CertificateSigner(authority: TestKeys.authority(authority), profile: profile())
    }
}

/// One way in which a device signs its CSR: a key of `Tests/TestKeys`, and options of `openssl req`.
struct DeviceRequest: Sendable, CustomTestStringConvertible {
    let key: String
    let padding: String
    let hash: PSSHash

    var testDescription: String { "\(key) \(padding) \(hash)" }

    static let all: [DeviceRequest] =
        ["rsa-2048", "rsa-3072", "rsa-4096"].flatMap { key in
            ["PKCS#1 v1.5", "PSS"].flatMap { padding in
                PSSHash.allCases.map { DeviceRequest(key: key, padding: padding, hash: $0) }
            }
        }
        + ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521"].flatMap { key in
            PSSHash.allCases.map { DeviceRequest(key: key, padding: "ECDSA", hash: $0) }
        }
        + PSSHash.allCases.map { DeviceRequest(key: "rsa-pss", padding: "PSS", hash: $0) }
        + [DeviceRequest(key: "rsa-pss-sha256", padding: "PSS", hash: .sha256)]

    /// What the inventory calls the key.
    var algorithm: String { key.hasPrefix("rsa-pss") ? "rsa-2048" : key }

    /// The CSR, made by OpenSSL. A PSS salt is as long as OpenSSL makes it by default: as long as the key has room for.
    func make(in folder: TemporaryFolder) throws -> CertificateRequest {
        let digest = "-" + hash.rawValue.lowercased().replacingOccurrences(of: "-", with: "")
        let padding = padding == "PSS" ? ["-sigopt", "rsa_padding_mode:pss"] : []
        let made = try openssl(
            ["req", "-new", "-key", TestKeys.folder + "device-\(key).key", "-subj", "/CN=\(key)", digest] + padding,
            in: folder)
        return try CertificateRequest(reading: made.output)
    }
}

import Foundation
import PKI
import RotationModel
import RotationTesting
import Testing

/// A certificate and its private key in files, as clients want them.
struct ClientIdentity {
    let folder: TemporaryFolder
    let certificate: Certificate

    var certificatePath: String { folder["client.pem"] }
    var keyPath: String { folder["client.key"] }

    /// A certificate of a key of `Tests/TestKeys` by an authority there.
    ///
    /// - Parameter validity: by default one that holds by any clock.
    init(
        key name: String, by algorithm: AuthorityAlgorithm = ClientIdentity.usual,
        until notAfter: Timestamp = Timestamp(seconds: 4_083_955_200)
    ) throws {
        let key = try TestKeys.key("device-" + name)
        folder = try TemporaryFolder()
        certificate = try algorithm.signer().sign(
            order(key.publicKey, notBefore: Timestamp(seconds: 1_590_969_600), notAfter: notAfter))
        try folder.write("client.pem", certificate.pem)
        try folder.write("client.key", TestKeys.bytes("device-\(name).key"), mode: 0o600)
    }

    static let usual = AuthorityAlgorithm(authority: "ecdsa-p256", signature: .ecdsaWithSHA256)
}

/// Programs that are clients, each asking once.
enum TLSClients {
    private static let request = Array("GET / HTTP/1.0\r\n\r\n".utf8)

    static func openssl(
        _ server: LoopbackServer, _ options: [String] = [], as identity: ClientIdentity? = nil, input: [UInt8] = request
    ) throws -> ExternalProgram.Outcome {
        let own = identity.map { ["-cert", $0.certificatePath, "-key", $0.keyPath] } ?? []
        return try ExternalProgram.run(
            ["openssl", "s_client", "-connect", "127.0.0.1:\(server.port)", "-ign_eof"] + own + options, input: input,
            environment: relaxed)
    }

    static func gnutls(
        _ server: LoopbackServer, _ priority: String, as identity: ClientIdentity
    ) throws -> ExternalProgram.Outcome {
        try ExternalProgram.run(
            [
                "gnutls-cli", "--port", "\(server.port)", "--priority", priority, "--insecure", "--logfile",
                "/dev/null",
                "--x509certfile", identity.certificatePath, "--x509keyfile", identity.keyPath, "127.0.0.1",
            ], input: request)
    }

    static func curl(
        _ server: LoopbackServer, _ options: [String] = [], as identity: ClientIdentity? = nil
    ) throws -> ExternalProgram.Outcome {
        let own = identity.map { ["--cert", $0.certificatePath, "--key", $0.keyPath] } ?? []
        return try ExternalProgram.run(
            ["curl", "--silent", "--show-error", "--insecure"] + own + options + ["https://127.0.0.1:\(server.port)/"])
    }

    /// A client that signs with whatever key it is given.
    static func tlslite(
        _ server: LoopbackServer, version: String, certificate: ClientIdentity, key: String
    ) throws -> ExternalProgram.Outcome {
        let client = TestKeys.folder + "../PKITests/Judges/tls_client.py"
        return try ExternalProgram.run([
            TestPython.path, "-B", client, "\(server.port)", version, certificate.certificatePath, key,
        ])
    }

    /// The system's settings may keep OpenSSL's client from what is to be tried.
    private static let relaxed = ["OPENSSL_CONF": "/dev/null"]
}

extension ExternalProgram.Outcome {
    /// What the server said that it saw; nil where nothing came.
    var report: LoopbackServer.Report? {
        let lines = text.split(whereSeparator: \.isNewline)
        return lines.lazy.compactMap { try? JSONDecoder().decode(LoopbackServer.Report.self, from: Data($0.utf8)) }
            .first
    }
}

/// Servers' certificates, of one authority.
enum TestServer {
    static let ecdsa = Result { try certificate(PrivateKey.generate(.ecdsaP256)) }
    static let rsa = Result { try certificate(SharedKeys.key(.rsa(bits: 2048))) }

    private static let authority = Result { try ThrowawayPKI(now: now) }

    static func certificate(
        _ key: PrivateKey, keyUsage: [KeyUsage] = [.digitalSignature, .keyEncipherment]
    ) throws -> ServerCertificate {
        let profile = CertificateProfile(
            signature: .ecdsaWithSHA256, keyUsage: keyUsage, extendedKeyUsage: [.serverAuth])
        let signer = try CertificateSigner(authority: authority.get().authority, profile: profile)
        let certificate = try signer.sign(order(key.publicKey, subject: ThrowawayPKI.name("gate.example.com")))
        return try ServerCertificate(chain: [certificate], key: key)
    }

    /// With both certificates.
    static let both = Result { try ServerContext([ecdsa.get(), rsa.get()]) }

    static func start(_ options: LoopbackServer.Options = LoopbackServer.Options()) throws -> LoopbackServer {
        try LoopbackServer(both.get(), options)
    }
}

import COpenSSL
import RotationModel

/// What all sessions of a TLS server have in common: its certificates and what it takes.
///
/// TLS 1.2 and 1.3. A client's certificate is asked for and may be missing; whose it is, who signed it and whether it has expired is for the
/// application to judge. That the client has the private key is certain once a session is established: a handshake with a wrong
/// CertificateVerify (RFC 8446, 4.4.3; RFC 5246, 7.4.8) fails. No session is ever resumed, because a resumed one has no such proof.
///
/// New certificates mean a new context; sessions that are open keep the one that they began with.
///
/// `@unchecked Sendable`: nothing alters an `SSL_CTX` after `init`; OpenSSL counts it atomically, and `SSL_new`, the one thing that is done
/// with it, may be called by several threads at once.
package final class ServerContext: @unchecked Sendable {
    /// The most bytes of a client's certificates, as TLS sends them.
    package static let largestCertificateList = 32 * 1024

    let pointer: OpaquePointer

    /// - Parameter certificates: One, or one for ECDSA and one for RSA.
    /// - Throws: ``RotationError/Code/configuration`` where there are two of a kind or none, or OpenSSL finds one too weak.
    package init(_ certificates: [ServerCertificate]) throws(RotationError) {
        guard !certificates.isEmpty else {
            throw RotationError(.configuration, "a TLS server needs a certificate")
        }
        guard Set(certificates.map(\.kind)).count == certificates.count else {
            throw RotationError(
                .configuration, "the server has two certificates of one kind of key",
                advice: "give one, or one with an ECDSA key and one with an RSA key")
        }
        OpenSSLErrors.clear()
        guard let pointer = SSL_CTX_new(TLS_server_method()) else {
            throw OpenSSLErrors.failure(.cryptography, "TLS cannot be set up")
        }
        self.pointer = pointer
        try configure()
        for certificate in certificates { try show(certificate) }
    }

    deinit { SSL_CTX_free(pointer) }

    /// What openssl.cnf may say otherwise is said here.
    private func configure() throws(RotationError) {
        rotation_tls_strict_server(pointer)
        SSL_CTX_set_security_level(pointer, 2)
        guard rotation_tls_versions(pointer, TLS1_2_VERSION, TLS1_3_VERSION) == 1,
            SSL_CTX_set_cipher_list(pointer, CipherSuites.tls12.joined(separator: ":")) == 1,
            SSL_CTX_set_ciphersuites(pointer, CipherSuites.tls13.joined(separator: ":")) == 1,
            rotation_tls_groups(pointer, ServerContext.groups) == 1,
            rotation_tls_client_signatures(pointer, ServerContext.clientSignatures) == 1,
            rotation_tls_no_resumption(pointer) == 1
        else { throw OpenSSLErrors.failure(.cryptography, "OpenSSL has not the TLS that is needed") }
        rotation_tls_small_when_idle(pointer)
        rotation_tls_largest_certificate_list(pointer, ServerContext.largestCertificateList)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        // In place of building a chain: any certificate will do.
        SSL_CTX_set_cert_verify_callback(pointer, { _, _ in 1 }, nil)
        SSL_CTX_set_alpn_select_cb(pointer, ApplicationProtocol.select, nil)
    }

    /// For the key exchange, and of ECDSA keys that clients sign with. No finite-field ones: a client could choose a costly one.
    private static let groups = "X25519:P-256:P-384:P-521"

    /// What clients may prove their possession with, and what may have signed their certificates: a client compares its own with this list
    /// (RFC 8446, 4.3.2). TLS 1.3 leaves DSA out. Devices have no Ed25519 keys; those that come with one are told why they are refused.
    private static let clientSignatures = [
        "ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512",
        "rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512",
        "rsa_pss_pss_sha256", "rsa_pss_pss_sha384", "rsa_pss_pss_sha512",
        "rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512", "ed25519", "DSA+SHA256",
    ].joined(separator: ":")

    private func show(_ certificate: ServerCertificate) throws(RotationError) {
        var handles: [X509Handle] = []
        for link in certificate.chain { handles.append(try X509Handle(link)) }
        OpenSSLErrors.clear()
        // OpenSSL counts its own references to what it is given.
        let others = OPENSSL_sk_new_null()
        defer { OPENSSL_sk_free(others) }
        for handle in handles.dropFirst() { OPENSSL_sk_push(others, UnsafeRawPointer(handle.pointer)) }
        let done = withExtendedLifetime(handles) {
            SSL_CTX_use_cert_and_key(pointer, handles[0].pointer, certificate.key.handle.pointer, others, 1)
        }
        guard done == 1 else {
            throw OpenSSLErrors.failure(
                .configuration, "the server's certificate (\(certificate.chain[0].subject)) cannot be used",
                advice:
                    "it and its chain need keys of 112 bits of security (RSA-2048, P-256) and signatures without SHA-1")
        }
    }
}

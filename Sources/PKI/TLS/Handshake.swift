import COpenSSL

/// What a completed handshake settled, and what the client said and proved in it.
package struct Handshake: Hashable, Sendable {
    package enum Version: String, Sendable {
        case tls12 = "TLSv1.2"
        case tls13 = "TLSv1.3"
    }

    package let version: Version
    /// By OpenSSL's name, as in ``CipherSuites``.
    package let cipherSuite: String
    /// The host that the client asked for (SNI, RFC 6066, 3), in lower case: the client's word, and nothing more. Nil where it named none.
    package let serverName: String?
    /// What ALPN settled: `http/1.1`; nil where the client has no ALPN.
    package let applicationProtocol: String?
    /// In DER: the certificate whose private key the client proved to have. Nothing else of it was judged. Nil where it showed none.
    package let clientCertificate: [UInt8]?
}

extension Handshake {
    /// - Parameter ssl: An `SSL` whose handshake is complete.
    /// - Returns: Nil where OpenSSL has no memory for it.
    init?(of ssl: OpaquePointer) {
        version = SSL_version(ssl) == TLS1_3_VERSION ? .tls13 : .tls12
        cipherSuite = SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? ""
        serverName = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0).lowercased() }
        var name: UnsafePointer<UInt8>?
        var length: CUnsignedInt = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        applicationProtocol = name.map {
            String(decoding: UnsafeBufferPointer(start: $0, count: Int(length)), as: UTF8.self)
        }
        guard let certificate = SSL_get0_peer_certificate(ssl) else {
            clientCertificate = nil
            return
        }
        guard let der = X509Handle.der(of: certificate) else { return nil }
        clientCertificate = der
    }
}

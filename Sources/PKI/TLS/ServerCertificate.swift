import RotationModel

/// What a TLS server shows of itself: its certificate, those between it and a root, and the private key.
package struct ServerCertificate: Sendable {
    /// Of the key, and with it of the cipher suites of TLS 1.2 that the certificate serves. A server has one certificate of each at most.
    package enum Kind: Sendable {
        case ecdsa
        case rsa
    }

    /// The server's own first, then the others in the order in which they are sent.
    package let chain: [Certificate]
    package let kind: Kind
    let key: PrivateKey

    /// - Throws: ``RotationError/Code/configuration`` where the first certificate is not that of the key or not for TLS, or the key is none that every client
    ///   of AWS IoT's cipher suites can use: ECDSA on P-256, P-384 or P-521, or RSA that is not restricted to PSS, in a file.
    package init(chain: [Certificate], key: PrivateKey, place: String = "") throws(RotationError) {
        guard let own = chain.first else {
            throw RotationError(.configuration, "a server needs a certificate", at: place)
        }
        guard own.publicKey.identity == key.publicKey.identity else {
            let isBehind = chain.contains { $0.publicKey.identity == key.publicKey.identity }
            throw RotationError(
                .configuration, "the server's first certificate (\(own.subject)) is not that of its key", at: place,
                advice: isBehind ? "put the server's own certificate first" : "name the key that belongs to it")
        }
        // OpenSSL would leave it out without a word.
        guard own.keyUsage?.contains(.digitalSignature) ?? true else {
            throw RotationError(
                .configuration, "the server's certificate (\(own.subject)) is not for signing handshakes", at: place,
                advice: "its KeyUsage needs digitalSignature, and keyEncipherment for cipher suites without ECDHE")
        }
        guard !key.isInToken else {
            throw RotationError(
                .configuration, "the server's key is in a token, which would sign every handshake", at: place,
                advice: "name a key file")
        }
        guard let kind = Kind(key.publicKey) else {
            throw RotationError(
                .configuration, "a TLS server cannot use a key of \(key.publicKey.algorithm.name) here", at: place,
                advice: "use ecdsa-p256, ecdsa-p384, ecdsa-p521, or RSA (rsaEncryption) of 2048 bits or more")
        }
        (self.chain, self.kind, self.key) = (chain, kind, key)
    }

    /// From PEM, the server's own certificate first; or one in DER.
    ///
    /// - Throws: as ``init(chain:key:place:)``, and ``RotationError/Code/badInput`` where the bytes are no certificates.
    package init(reading bytes: [UInt8], key: PrivateKey, place: String = "") throws(RotationError) {
        try self.init(chain: Certificate.all(reading: bytes), key: key, place: place)
    }
}

extension ServerCertificate.Kind {
    fileprivate init?(_ key: PublicKeyInfo) {
        switch key.algorithm {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: self = .ecdsa
        case .rsa(let bits) where bits >= 2048 && !key.isForPSSAlone: self = .rsa
        default: return nil
        }
    }
}

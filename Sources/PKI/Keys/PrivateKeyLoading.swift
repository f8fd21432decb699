import COpenSSL
import RotationModel

extension PrivateKey {
    /// Reads a key from a PEM file: PKCS#8, also encrypted; SEC1 ("EC PRIVATE KEY"); PKCS#1 ("RSA PRIVATE KEY").
    ///
    /// The file must be the caller's or root's, and nobody else's to read or write. Nothing is ever asked on a terminal.
    ///
    /// - Throws: ``RotationError/Code/permission`` for a file that is too open or may not be read;
    ///   ``RotationError/Code/keyUnavailable`` where there is no such file, it is no regular file, it holds no key, or the passphrase is
    ///   missing or wrong.
    package static func load(path: String, passphrase: Passphrase? = nil) throws(RotationError) -> PrivateKey {
        try open(path: path, passphrase: passphrase).key
    }

    /// As ``load(path:passphrase:)``, and whether the passphrase was needed.
    package static func open(
        path: String, passphrase: Passphrase?
    ) throws(RotationError) -> (key: PrivateKey, usedPassphrase: Bool) {
        // OpenSSL has room for so much (PEM_BUFSIZE), and would say of a longer one that it is wrong.
        if let passphrase, passphrase.count > Int(PEM_BUFSIZE) {
            throw RotationError(
                .keyUnavailable, "the passphrase is \(passphrase.count) bytes long", at: path,
                advice: "at most \(PEM_BUFSIZE) are possible: see that the file or variable is the one that is meant")
        }
        let file = try SecretFile.read(path, what: "key file")
        return try file.withBytes { bytes throws(RotationError) in
            try read(pem: bytes, passphrase: passphrase, place: path)
        }
    }

    private static func read(
        pem: UnsafeRawBufferPointer, passphrase: Passphrase?, place: String
    ) throws(RotationError) -> (key: PrivateKey, usedPassphrase: Bool) {
        OpenSSLErrors.clear()
        guard let input = BIO_new_mem_buf(pem.baseAddress, Int32(pem.count)) else {
            throw OpenSSLErrors.failure(.cryptography, "the key file cannot be buffered", at: place)
        }
        defer { BIO_free(input) }
        var request = PassphraseRequest(secret: UnsafeRawBufferPointer(start: nil, count: 0))
        let key: OpaquePointer? =
            if let passphrase {
                passphrase.withBytes { secret in
                    request.secret = secret
                    return PEM_read_bio_PrivateKey(input, nil, answerPassphrase, &request)
                }
            } else {
                PEM_read_bio_PrivateKey(input, nil, answerPassphrase, &request)
            }
        guard let key else {
            throw failure(wasAsked: request.wasAsked, hadPassphrase: passphrase != nil, place: place)
        }
        let handle = KeyHandle(takingOwnership: key)
        do {
            return (try PrivateKey(handle: handle), request.wasAsked)
        } catch {
            throw RotationError(
                .keyUnavailable, "the key cannot be used: \(error.message)", at: place, advice: error.advice)
        }
    }

    private static func failure(wasAsked: Bool, hadPassphrase: Bool, place: String) -> RotationError {
        let codes = OpenSSLErrors.drainCodes()
        if wasAsked, !hadPassphrase {
            return RotationError(
                .keyUnavailable, "the key is encrypted and there is no passphrase for it", at: place,
                advice: "name one: passphrase: { file: … }, { env: … } or { credential: … }")
        }
        if wasAsked {
            // What OpenSSL 3 moved to its legacy provider: PBES1 with DES or RC2, "Proc-Type: 4,ENCRYPTED" with DES.
            return codes.contains(where: OpenSSLErrors.isMissingAlgorithm)
                ? RotationError(
                    .keyUnavailable, "the key is encrypted in a way that this OpenSSL does not do any more", at: place,
                    advice: "encrypt it anew, where it was made: openssl pkcs8 -topk8 -scrypt -in KEY -out NEW")
                : RotationError(
                    .keyUnavailable, "the key cannot be decrypted", at: place, advice: "check the passphrase")
        }
        let detail = OpenSSLErrors.reasons(of: codes).first.map { " (OpenSSL: \($0))" } ?? ""
        return RotationError(
            .keyUnavailable, "the key file holds no private key\(detail)", at: place,
            advice: "give PEM: PKCS#8, \"EC PRIVATE KEY\" or \"RSA PRIVATE KEY\"")
    }
}

/// What OpenSSL's password callback is handed, so that it answers and never asks on a terminal.
private struct PassphraseRequest {
    var secret: UnsafeRawBufferPointer
    var wasAsked = false
}

private func answerPassphrase(
    _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ writing: Int32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let buffer, let request = context?.assumingMemoryBound(to: PassphraseRequest.self) else { return -1 }
    request.pointee.wasAsked = true
    let secret = request.pointee.secret
    guard let start = secret.baseAddress, secret.count <= Int(size) else { return -1 }
    UnsafeMutableRawPointer(buffer).copyMemory(from: start, byteCount: secret.count)
    return Int32(secret.count)
}

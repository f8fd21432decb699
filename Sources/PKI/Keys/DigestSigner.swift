import RotationModel

/// Makes the bare signatures of one key, for one hash and one padding. One serves one worker.
protocol DigestSigner {
    /// - Parameter digest: as long as the hash is.
    /// - Returns: the signature as OpenSSL makes it: the bytes of RSA, the DER of ECDSA and DSA.
    /// - Throws: ``RotationError/Code/cryptography``; ``RotationError/Code/keyUnavailable`` where the key is in a token that does not sign.
    func sign(_ digest: [UInt8]) throws(RotationError) -> [UInt8]
}

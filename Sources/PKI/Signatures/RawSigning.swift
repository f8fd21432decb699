import RotationModel

/// The bare signature by a key, with nothing around it, not even the hash: what the benchmark holds issuing against. A token's is not verified.
package final class RawSigning {
    private let signer: any DigestSigner
    private let digest: [UInt8]

    /// - Throws: ``RotationError/Code/configuration`` where the key cannot sign that way.
    package init(key: PrivateKey, signature: SignatureAlgorithm) throws(RotationError) {
        let scheme = try SignatureScheme.choose(signature, for: key.publicKey)
        signer = try key.digestSigner(hash: scheme.hash, padding: scheme.padding)
        digest = [UInt8](repeating: 7, count: scheme.hash.size)
    }

    /// - Returns: How long the signature is, in bytes; 0 where none was made.
    package func sign() -> Int { (try? signer.sign(digest))?.count ?? 0 }
}

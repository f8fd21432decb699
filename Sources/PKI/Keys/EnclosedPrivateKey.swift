import COpenSSL
import RotationModel

/// A private key in what a device handed in, where none has any business: whoever could read the file has it now.
package struct EnclosedPrivateKey: Sendable, Equatable {
    /// Its public half; nil where it is encrypted, or cannot be read.
    package let publicKey: PublicKeyInfo?

    private static let begin = Array("-----BEGIN ".utf8)
    private static let mark = Array("PRIVATE KEY-----".utf8)

    /// The private keys in PEM anywhere in a file, under whatever label.
    package static func inPEM(_ bytes: [UInt8]) -> [EnclosedPrivateKey] {
        places(in: bytes).map { EnclosedPrivateKey(publicKey: key(inPEM: bytes[$0...])) }
    }

    /// The private key in DER (PKCS#8, SEC1 or PKCS#1) that a file is. Slow: for what is refused already.
    package static func inDER(_ bytes: [UInt8]) -> [EnclosedPrivateKey] {
        guard PEM.looksLikeDER(bytes), let key = key(inDER: bytes) else { return [] }
        return [EnclosedPrivateKey(publicKey: key)]
    }

    /// Where the PEM blocks of private keys begin. What was cut off, or closed under another label, is a key all the same.
    private static func places(in bytes: [UInt8]) -> [Int] {
        guard bytes.count > begin.count else { return [] }
        return (0..<bytes.count - begin.count).filter { place in
            guard bytes[place] == begin[0], bytes[place...].starts(with: begin) else { return false }
            let label = bytes[(place + begin.count)...].prefix(64).prefix { $0 != UInt8(ascii: "\n") }
            return label.indices.contains { bytes[$0...].starts(with: mark) }
        }
    }

    private static func key(inPEM bytes: ArraySlice<UInt8>) -> PublicKeyInfo? {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        return bytes.withUnsafeBytes { buffer in
            guard let input = BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count)) else { return nil }
            defer { BIO_free(input) }
            // Without a passphrase: nothing is asked for.
            return publicKey(of: PEM_read_bio_PrivateKey(input, nil, { _, _, _, _ in -1 }, nil))
        }
    }

    private static func key(inDER bytes: [UInt8]) -> PublicKeyInfo? {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        return bytes.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            return publicKey(of: d2i_AutoPrivateKey(nil, &position, buffer.count))
        }
    }

    private static func publicKey(of key: OpaquePointer?) -> PublicKeyInfo? {
        guard let key else { return nil }
        return try? PrivateKey(handle: KeyHandle(takingOwnership: key)).publicKey
    }
}

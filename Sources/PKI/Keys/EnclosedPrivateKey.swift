import COpenSSL
import RotationModel

/// Finds a private key in what a device handed in, where none has any business: whoever could read the file has it now.
public enum EnclosedPrivateKey {
    private static let begin = Array("-----BEGIN ".utf8)
    private static let mark = Array("PRIVATE KEY-----".utf8)

    /// Whether a PEM block of a private key begins anywhere in the bytes, under whatever label, encrypted or not. One that is cut off
    /// counts as well.
    public static func isPEM(in bytes: [UInt8]) -> Bool {
        guard bytes.count > begin.count else { return false }
        return (0..<bytes.count - begin.count).contains { place in
            guard bytes[place] == begin[0], bytes[place...].starts(with: begin) else { return false }
            let label = bytes[(place + begin.count)...].prefix(64).prefix { $0 != UInt8(ascii: "\n") }
            return label.indices.contains { label[$0...].starts(with: mark) }
        }
    }

    /// Whether the bytes are a private key in DER: PKCS#8, SEC1 or PKCS#1. Slow: for what is refused already.
    public static func isDER(_ bytes: [UInt8]) -> Bool {
        guard PEM.looksLikeDER(bytes) else { return false }
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        return bytes.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            guard let key = d2i_AutoPrivateKey(nil, &position, buffer.count) else { return false }
            EVP_PKEY_free(key)
            return true
        }
    }
}

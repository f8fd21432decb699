import Basics

/// The 32 bytes of a SHA-256 (FIPS 180-4), kept inline: a fleet's worth of them costs no allocations.
package struct SHA256Digest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Nil unless there are 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        let read = bytes.withContiguousStorageIfAvailable { SHA256Digest.words(UnsafeRawBufferPointer($0)) }
        words = read ?? Array(bytes).withUnsafeBytes(SHA256Digest.words)
    }

    /// A scan of a fleet reads two digests a certificate: word by word, not byte by byte.
    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        return (word(0), word(8), word(16), word(24))
    }

    /// From memory that is lent. Nil unless there are 32 bytes.
    package init?(raw bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        words = SHA256Digest.words(bytes)
    }

    /// Lends the 32 bytes, without an allocation.
    package func withBytes<T>(_ body: (UnsafeRawBufferPointer) -> T) -> T {
        let bigEndian = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
        return withUnsafeBytes(of: bigEndian) { body($0) }
    }

    private init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    /// 32 zero bytes: what stands before the first link of a chain of hashes.
    package static let zero = SHA256Digest((0, 0, 0, 0))

    /// Nil unless the text is 64 hexadecimal digits, of either case.
    package init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    package var bytes: [UInt8] {
        withBytes { Array($0) }
    }

    /// The first 8 bytes, big-endian.
    package var firstWord: UInt64 { words.0 }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { Hex.encode(bytes) }

    package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool { left.words == right.words }
    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension SHA256Digest: CustomStringConvertible {
    package var description: String { hex }
}

/// How the layers that must not know PKI come by a SHA-256: they are handed one.
package typealias SHA256Function = @Sendable (_ bytes: [UInt8]) -> SHA256Digest

/// The SHA-256 of a certificate's DER: its `certificateId` in the registry.
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    package let digest: SHA256Digest
    package init(_ digest: SHA256Digest) { self.digest = digest }
    package init?(hex: String) {
        guard let digest = SHA256Digest(hex: hex) else { return nil }
        self.digest = digest
    }
    package var hex: String { digest.hex }
    package var description: String { hex }
}

/// The SHA-256 of a SubjectPublicKeyInfo's DER, of an RSA key's as rsaEncryption: by it people see and name a key. One key can be written in
/// several ways; whether two are the same key, ``KeyIdentity`` tells.
package struct KeyFingerprint: Hashable, Sendable, CustomStringConvertible {
    package let digest: SHA256Digest
    package init(_ digest: SHA256Digest) { self.digest = digest }
    package init?(hex: String) {
        guard let digest = SHA256Digest(hex: hex) else { return nil }
        self.digest = digest
    }
    package var hex: String { digest.hex }
    package var description: String { hex }
}

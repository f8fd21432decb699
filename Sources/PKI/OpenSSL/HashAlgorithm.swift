import COpenSSL
import RotationModel

/// A hash function of SHA-1 or SHA-2 (FIPS 180-4).
package enum HashAlgorithm: String, Sendable, CaseIterable, CustomStringConvertible {
    case sha1 = "SHA-1"
    case sha224 = "SHA-224"
    case sha256 = "SHA-256"
    case sha384 = "SHA-384"
    case sha512 = "SHA-512"

    package var description: String { rawValue }

    /// Bytes of a digest.
    package var size: Int {
        switch self {
        case .sha1: 20
        case .sha224: 28
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// Whether a signature over it counts as weak: anything shorter than SHA-256.
    package var isWeak: Bool { size < 32 }

    /// OpenSSL's implementation, fetched once: looking it up by name costs more than hashing a certificate.
    var implementation: OpaquePointer? {
        switch self {
        case .sha1: Fetched.sha1
        case .sha224: Fetched.sha224
        case .sha256: Fetched.sha256
        case .sha384: Fetched.sha384
        case .sha512: Fetched.sha512
        }
    }

    /// An `EVP_MD` is immutable and counted atomically; these live as long as the process, so every thread may use them.
    private enum Fetched {
        nonisolated(unsafe) static let sha1 = EVP_MD_fetch(nil, "SHA1", nil)
        nonisolated(unsafe) static let sha224 = EVP_MD_fetch(nil, "SHA2-224", nil)
        nonisolated(unsafe) static let sha256 = EVP_MD_fetch(nil, "SHA2-256", nil)
        nonisolated(unsafe) static let sha384 = EVP_MD_fetch(nil, "SHA2-384", nil)
        nonisolated(unsafe) static let sha512 = EVP_MD_fetch(nil, "SHA2-512", nil)
    }

    /// - Throws: ``RotationError/Code/cryptography`` where this OpenSSL has no such hash (SHA-1 under a FIPS policy).
    func digest(_ bytes: UnsafeRawBufferPointer) throws(RotationError) -> [UInt8] {
        let expected = size
        var length: UInt32 = 0
        let digest = [UInt8](unsafeUninitializedCapacity: expected) { buffer, count in
            let done = EVP_Digest(bytes.baseAddress, bytes.count, buffer.baseAddress, &length, implementation, nil)
            count = done == 1 && Int(length) == expected ? expected : 0
        }
        guard digest.count == expected else {
            throw OpenSSLErrors.failure(.cryptography, "\(self) cannot be computed")
        }
        return digest
    }

    func digest(_ bytes: some ContiguousBytesSource) throws(RotationError) -> [UInt8] {
        try bytes.withBytes { raw throws(RotationError) in try digest(raw) }
    }
}

/// What a digest can be taken of: an array or a slice of one.
protocol ContiguousBytesSource {
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result
}

extension Array: ContiguousBytesSource where Element == UInt8 {
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { buffer throws(Failure) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}

extension ArraySlice: ContiguousBytesSource where Element == UInt8 {
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { buffer throws(Failure) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}

/// SHA-256, as the layers that must not know PKI are handed it.
package enum SHA256 {
    /// A ``RotationModel/SHA256Function``.
    package static func digest(_ bytes: [UInt8]) -> SHA256Digest {
        digest(of: bytes)
    }

    static func digest(of bytes: some ContiguousBytesSource) -> SHA256Digest {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { output in
            output.initialize(repeating: 0)
            let done = bytes.withBytes { input in
                EVP_Digest(
                    input.baseAddress, input.count, output.baseAddress, nil, HashAlgorithm.sha256.implementation, nil)
            }
            // SHA-256 is part of every OpenSSL, and without it nothing here can be trusted: going on is no option.
            guard done == 1, let digest = SHA256Digest(UnsafeBufferPointer(output)) else {
                preconditionFailure("OpenSSL has no SHA-256")
            }
            return digest
        }
    }
}

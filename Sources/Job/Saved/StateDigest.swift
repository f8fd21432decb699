import PKI
import RotationModel

/// A SHA-256 over any number of fields, of which little is in memory at a time.
///
/// Each field is written with its kind and its length, so that no two lists of fields are the same bytes. Blocks of about
/// 64 KiB are chained: each is hashed together with the digest of what came before it.
struct StateDigest {
    private var block: [UInt8] = []
    private var chain = SHA256Digest.zero

    private static let blockSize = 1 << 16

    private enum Kind: UInt8 {
        case nothing
        case number
        case text
        case digest
    }

    mutating func add(_ text: String?) {
        guard var text else { return begin(.nothing, length: 0) }
        text.withUTF8 { utf8 in
            begin(.text, length: utf8.count)
            block.append(contentsOf: utf8)
        }
    }

    mutating func add(_ number: Int64?) {
        guard let number else { return begin(.nothing, length: 0) }
        begin(.number, length: 8)
        append(UInt64(bitPattern: number))
    }

    mutating func add(_ number: Int) { add(Int64(number)) }
    mutating func add(_ time: Timestamp?) { add(time?.seconds) }

    mutating func add(_ digest: SHA256Digest) {
        begin(.digest, length: 32)
        digest.withBytes { block.append(contentsOf: $0) }
    }

    /// `sha256:` and 64 hexadecimal digits.
    mutating func finish() -> String {
        close()
        return "sha256:\(chain.hex)"
    }

    private mutating func begin(_ kind: Kind, length: Int) {
        if block.count >= StateDigest.blockSize { close() }
        block.append(kind.rawValue)
        append(UInt64(length))
    }

    private mutating func append(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { block.append(contentsOf: $0) }
    }

    private mutating func close() {
        chain = SHA256.digest(chain.bytes + block)
        block.removeAll(keepingCapacity: true)
    }
}

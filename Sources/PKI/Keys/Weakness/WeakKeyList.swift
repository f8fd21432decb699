import Basics
import RotationModel

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// RSA keys that anyone can make again, because Debian's OpenSSL of 2006 to 2008 had hardly any randomness (CVE-2008-0166).
///
/// The lists are those of Debian's packages openssl-blacklist and openssl-blacklist-extra: files `blacklist.RSA-BITS` with the last 20
/// hexadecimal digits of the SHA-1 over what `openssl rsa -noout -modulus` prints, one a line; lines that start with `#` are comments.
package struct WeakKeyList: Sendable {
    /// Where the packages put their lists.
    package static let folder = "/usr/share/openssl-blacklist"

    /// The lists of ``folder``, read once in the life of the process, when they are first asked for.
    package static let installed: Result<WeakKeyList, RotationError> = Result { () throws(RotationError) in
        try WeakKeyList.load(folder: folder)
    }

    /// The most bytes of a file that are read.
    private static let largest = 64 * 1024 * 1024

    /// Ten bytes: the end of a digest.
    private struct Fingerprint: Comparable {
        let high: UInt64
        let low: UInt16

        static func < (left: Fingerprint, right: Fingerprint) -> Bool {
            left.high == right.high ? left.low < right.low : left.high < right.high
        }
    }

    private let fingerprints: [Fingerprint]

    /// How many keys are known, each counted once.
    package var count: Int { fingerprints.count }

    /// Without any keys.
    package init() { fingerprints = [] }

    private init(_ fingerprints: [Fingerprint]) {
        var unique: [Fingerprint] = []
        unique.reserveCapacity(fingerprints.count)
        for fingerprint in fingerprints.sorted() where unique.last != fingerprint { unique.append(fingerprint) }
        self.fingerprints = unique
    }

    /// All lists of a folder together. A folder that is missing, or has none, gives an empty list.
    ///
    /// - Throws: ``RotationError/Code/io`` where the folder or a list cannot be read; ``RotationError/Code/badInput`` with file and line where a
    ///   line is no such fingerprint.
    package static func load(folder: String) throws(RotationError) -> WeakKeyList {
        guard FileManager.default.fileExists(atPath: folder) else { return WeakKeyList() }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw RotationError(.io, "the folder of predictable keys cannot be read", at: folder)
        }
        var fingerprints: [Fingerprint] = []
        for name in names.sorted() where name.hasPrefix("blacklist.RSA-") {
            let path = "\(folder)/\(name)"
            guard let content = FileManager.default.contents(atPath: path) else {
                throw RotationError(.io, "the list of predictable keys cannot be read", at: path)
            }
            guard content.count <= largest else {
                throw RotationError(
                    .io, "the list of predictable keys is \(content.count) bytes long", at: path,
                    advice: "at most \(largest) are read")
            }
            try read(Array(content), at: path, into: &fingerprints)
        }
        return WeakKeyList(fingerprints)
    }

    private static func read(
        _ content: [UInt8], at path: String, into fingerprints: inout [Fingerprint]
    ) throws(RotationError) {
        let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !line.isEmpty && line.first != UInt8(ascii: "#") {
            guard let fingerprint = fingerprint(digits: line) else {
                throw RotationError(
                    .badInput, "the line is no fingerprint of a key", at: "\(path):\(number + 1)",
                    advice: "20 hexadecimal digits, or a comment that starts with #")
            }
            fingerprints.append(fingerprint)
        }
    }

    private static func fingerprint(digits: ArraySlice<UInt8>) -> Fingerprint? {
        guard digits.count == 20 else { return nil }
        var (high, low): (UInt64, UInt16) = (0, 0)
        for (position, digit) in digits.enumerated() {
            guard let value = Hex.value(of: digit) else { return nil }
            if position < 16 { high = high << 4 | UInt64(value) } else { low = low << 4 | UInt16(value) }
        }
        return Fingerprint(high: high, low: low)
    }

    /// Whether a key is among them.
    ///
    /// - Parameter modulus: Big-endian, no leading zeros.
    /// - Throws: ``RotationError/Code/cryptography`` where this OpenSSL has no SHA-1.
    package func contains(modulus: some Collection<UInt8>) throws(RotationError) -> Bool {
        guard !fingerprints.isEmpty else { return false }
        let digits = Hex.encode(modulus).uppercased().drop { $0 == "0" }
        let digest = try HashAlgorithm.sha1.digest(Array("Modulus=\(digits)\n".utf8))
        guard let wanted = WeakKeyList.fingerprint(digits: Array(Hex.encode(digest.suffix(10)).utf8)[...]) else {
            return false
        }
        var (start, end) = (0, fingerprints.count)
        while start < end {
            let middle = (start + end) / 2
            if fingerprints[middle] < wanted { start = middle + 1 } else { end = middle }
        }
        return start < fingerprints.count && fingerprints[start] == wanted
    }
}

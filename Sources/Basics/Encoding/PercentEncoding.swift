/// The values of a URI's attributes (RFC 3986, 2.1).
package enum PercentEncoding {
    /// Unreserved characters stand for themselves.
    package static func text(_ text: String) -> String {
        text.utf8.map { byte in
            let isUnreserved =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    true
                default: false
                }
            return isUnreserved ? String(Unicode.Scalar(byte)) : escaped(byte)
        }.joined()
    }

    /// Every byte escaped, as `p11tool` and `pkcs11-tool` write identifiers.
    package static func bytes(_ bytes: [UInt8]) -> String { bytes.map(escaped).joined() }

    private static func escaped(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "%" + (digits.count == 1 ? "0" : "") + digits
    }
}

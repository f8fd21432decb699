/// Percent-encoding (RFC 3986, 2.1), with digits in upper case.
package enum PercentEncoding {
    /// The text with every byte as `%XX` that need not stand for itself: by default all but unreserved characters (RFC 3986, 2.3).
    package static func encode(
        _ text: String, keeping isKept: (_ byte: UInt8) -> Bool = PercentEncoding.isUnreserved
    ) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count + 8)
        for byte in text.utf8 {
            if isKept(byte) { encoded.append(byte) } else { append(byte, to: &encoded) }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Every byte as `%XX`, as `p11tool` and `pkcs11-tool` write identifiers.
    package static func everyByte(_ bytes: [UInt8]) -> String {
        var encoded: [UInt8] = []
        for byte in bytes { append(byte, to: &encoded) }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The bytes that a text stands for, with digits of either case. Nil where two of them do not follow a percent sign.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Hex.value(of:)), let low = rest.popFirst().flatMap(Hex.value(of:))
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// Letters, digits and `-._~`, all of ASCII.
    package static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func append(_ byte: UInt8, to encoded: inout [UInt8]) {
        encoded.append(UInt8(ascii: "%"))
        encoded.append(digit(byte >> 4))
        encoded.append(digit(byte & 15))
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

/// A certificate's textual encoding (RFC 7468): base64 in lines of 64 characters.
enum PEMText {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func certificate(_ der: [UInt8]) -> String {
        var text = Array("-----BEGIN CERTIFICATE-----\n".utf8)
        text.reserveCapacity(der.count * 4 / 3 + der.count / 48 + 64)
        for start in stride(from: 0, to: der.count, by: 48) {
            appendLine(der[start..<min(start + 48, der.count)], to: &text)
        }
        text.append(contentsOf: "-----END CERTIFICATE-----\n".utf8)
        return String(decoding: text, as: UTF8.self)
    }

    private static func appendLine(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let (first, second, third) = (
                bytes[at], at + 1 < bytes.endIndex ? bytes[at + 1] : 0, at + 2 < bytes.endIndex ? bytes[at + 2] : 0
            )
            text.append(alphabet[Int(first >> 2)])
            text.append(alphabet[Int((first & 3) << 4 | second >> 4)])
            text.append(at + 1 < bytes.endIndex ? alphabet[Int((second & 15) << 2 | third >> 6)] : UInt8(ascii: "="))
            text.append(at + 2 < bytes.endIndex ? alphabet[Int(third & 63)] : UInt8(ascii: "="))
            at += 3
        }
        text.append(UInt8(ascii: "\n"))
    }
}

import SwiftASN1

/// The text of an attribute value, of any of the string types that names were ever written in.
enum DirectoryString {
    /// Nil where the element is no string, or its bytes are none of its type.
    static func text(of node: ASN1Node) -> String? {
        guard case .primitive(let bytes) = node.content else { return nil }
        switch node.identifier {
        case .utf8String: return String(validating: bytes, as: UTF8.self)
        case .printableString, .ia5String, .numericString, .visibleString:
            return bytes.allSatisfy { $0 < 0x80 } ? String(decoding: bytes, as: UTF8.self) : nil
        case .teletexString:
            // T.61 is Latin-1 in practice, and only there.
            return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        case .bmpString: return wide(bytes, width: 2)
        case .universalString: return wide(bytes, width: 4)
        default: return nil
        }
    }

    private static func wide(_ bytes: ArraySlice<UInt8>, width: Int) -> String? {
        guard bytes.count.isMultiple(of: width) else { return nil }
        var text = String.UnicodeScalarView()
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: width) {
            let value = bytes[start..<start + width].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard let scalar = Unicode.Scalar(value) else { return nil }
            text.append(scalar)
        }
        return String(text)
    }
}

/// An object identifier (X.660), as the content octets of its DER, so that comparing costs nothing.
struct ObjectIdentifier: Hashable, Sendable {
    let content: [UInt8]

    /// - Parameter components: two or more, the first 0 to 2, the second below 40 where the first is 0 or 1.
    init(_ components: UInt...) {
        var content: [UInt8] = []
        ObjectIdentifier.append(components[0] * 40 + components[1], to: &content)
        for component in components.dropFirst(2) { ObjectIdentifier.append(component, to: &content) }
        self.content = content
    }

    /// From its dotted form, or nil where the text is none.
    init?(dotted: String) {
        let components = dotted.split(separator: ".", omittingEmptySubsequences: false).map { UInt($0) }
        guard components.count >= 2, let first = components[0], let second = components[1], first <= 2,
            second < 40 || first == 2, second < 1 << 32
        else { return nil }
        var content: [UInt8] = []
        ObjectIdentifier.append(first * 40 + second, to: &content)
        for component in components.dropFirst(2) {
            guard let component else { return nil }
            ObjectIdentifier.append(component, to: &content)
        }
        self.content = content
    }

    private static func append(_ component: UInt, to content: inout [UInt8]) {
        var groups = [UInt8(component & 0x7F)]
        var rest = component >> 7
        while rest > 0 {
            groups.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        content.append(contentsOf: groups.reversed())
    }

    static func == (left: ArraySlice<UInt8>, right: ObjectIdentifier) -> Bool { left.elementsEqual(right.content) }

    /// Whether content octets are well-formed (X.690, 8.19), with no component of more than 63 bits.
    static func isValid(_ content: ArraySlice<UInt8>) -> Bool {
        var octets = 0
        for byte in content {
            octets += 1
            guard octets <= 9, !(octets == 1 && byte == 0x80) else { return false }
            if byte & 0x80 == 0 { octets = 0 }
        }
        return octets == 0 && !content.isEmpty
    }

    /// The dotted form of content octets that are valid.
    static func dotted(_ content: ArraySlice<UInt8>) -> String {
        var components: [UInt64] = []
        var value: UInt64 = 0
        for byte in content {
            value = value << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 {
                components.append(value)
                value = 0
            }
        }
        guard let first = components.first else { return "" }
        let root = min(first / 40, 2)
        return ([root, first - root * 40] + components.dropFirst()).map(String.init).joined(separator: ".")
    }
}

extension ObjectIdentifier {
    // Public keys (RFC 3279, 5480, 4055, 8410).
    static let rsaEncryption = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 1)
    static let rsassaPSS = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 10)
    static let mgf1 = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 8)
    static let dsa = ObjectIdentifier(1, 2, 840, 10040, 4, 1)
    static let ecPublicKey = ObjectIdentifier(1, 2, 840, 10045, 2, 1)
    static let p256 = ObjectIdentifier(1, 2, 840, 10045, 3, 1, 7)
    static let p384 = ObjectIdentifier(1, 3, 132, 0, 34)
    static let p521 = ObjectIdentifier(1, 3, 132, 0, 35)
    static let ed25519 = ObjectIdentifier(1, 3, 101, 112)

    // Public keys that certificates in the field may have, and that are only kept (X.509, RFC 4055, RFC 5480, RFC 8410).
    static let rsaOfX509 = ObjectIdentifier(2, 5, 8, 1, 1)
    static let rsaesOAEP = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 7)
    static let ecDH = ObjectIdentifier(1, 3, 132, 1, 12)
    static let ecMQV = ObjectIdentifier(1, 3, 132, 1, 13)
    static let x25519 = ObjectIdentifier(1, 3, 101, 110)
    static let x448 = ObjectIdentifier(1, 3, 101, 111)
    static let ed448 = ObjectIdentifier(1, 3, 101, 113)
    static let primeField = ObjectIdentifier(1, 2, 840, 10045, 1, 1)

    // Hash functions (RFC 4055, 5754).
    static let sha1 = ObjectIdentifier(1, 3, 14, 3, 2, 26)
    static let sha224 = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 4)
    static let sha256 = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 1)
    static let sha384 = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 2)
    static let sha512 = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 3)

    // Signatures (RFC 3279, 4055, 5758).
    static let sha256WithRSA = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 11)
    static let sha384WithRSA = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 12)
    static let sha512WithRSA = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 13)
    static let dsaWithSHA256 = ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 3, 2)
    static let ecdsaWithSHA256 = ObjectIdentifier(1, 2, 840, 10045, 4, 3, 2)
    static let ecdsaWithSHA384 = ObjectIdentifier(1, 2, 840, 10045, 4, 3, 3)
    static let ecdsaWithSHA512 = ObjectIdentifier(1, 2, 840, 10045, 4, 3, 4)

    // Contents of CMS (RFC 5652, 4 and 5.1).
    static let data = ObjectIdentifier(1, 2, 840, 113549, 1, 7, 1)
    static let signedData = ObjectIdentifier(1, 2, 840, 113549, 1, 7, 2)

    // Extensions (RFC 5280, 4.2).
    static let subjectKeyIdentifier = ObjectIdentifier(2, 5, 29, 14)
    static let keyUsage = ObjectIdentifier(2, 5, 29, 15)
    static let subjectAlternativeName = ObjectIdentifier(2, 5, 29, 17)
    static let basicConstraints = ObjectIdentifier(2, 5, 29, 19)
    static let crlDistributionPoints = ObjectIdentifier(2, 5, 29, 31)
    static let authorityKeyIdentifier = ObjectIdentifier(2, 5, 29, 35)
    static let extendedKeyUsage = ObjectIdentifier(2, 5, 29, 37)

    // Extensions of CRLs and their entries (RFC 5280, 5.2 and 5.3).
    static let crlNumber = ObjectIdentifier(2, 5, 29, 20)
    static let reasonCode = ObjectIdentifier(2, 5, 29, 21)
    static let deltaCRLIndicator = ObjectIdentifier(2, 5, 29, 27)
    static let issuingDistributionPoint = ObjectIdentifier(2, 5, 29, 28)
}

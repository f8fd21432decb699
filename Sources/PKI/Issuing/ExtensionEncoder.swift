import RotationModel

/// Encodes the extensions of certificates that are issued here (RFC 5280, 4.2).
enum ExtensionEncoder {
    static func encode(_ type: ObjectIdentifier, critical: Bool, _ value: [UInt8]) -> [UInt8] {
        DEREncoder.sequence(
            DEREncoder.objectIdentifier(type), critical ? DEREncoder.yes : [], DEREncoder.octetString(value))
    }

    /// Critical. For what is no authority an empty SEQUENCE: DER leaves FALSE out.
    static func basicConstraints(authority: Bool, pathLength: UInt8?) -> [UInt8] {
        let value = authority ? DEREncoder.yes + (pathLength.map(DEREncoder.integer) ?? []) : []
        return encode(.basicConstraints, critical: true, DEREncoder.sequence(value))
    }

    /// Critical. A named BIT STRING ends with its last bit that is set (X.690, 11.2.2).
    static func keyUsage(_ usages: [KeyUsage]) -> [UInt8] {
        var bits: [UInt8] = [0, 0]
        for (number, usage) in KeyUsage.allCases.enumerated() where usages.contains(usage) {
            bits[number / 8] |= 0x80 >> UInt8(number % 8)
        }
        while bits.last == 0 { bits.removeLast() }
        let unused = UInt8(bits.last?.trailingZeroBitCount ?? 0)
        return encode(.keyUsage, critical: true, DEREncoder.element(0x03, [unused] + bits))
    }

    static func extendedKeyUsage(_ usages: [ExtendedKeyUsage]) -> [UInt8] {
        let identifiers = usages.compactMap { ObjectIdentifier(dotted: $0.objectIdentifier) }
        let value = DEREncoder.element(0x30, identifiers.flatMap(DEREncoder.objectIdentifier))
        return encode(.extendedKeyUsage, critical: false, value)
    }

    static func authorityKeyIdentifier(_ identifier: [UInt8]) -> [UInt8] {
        encode(.authorityKeyIdentifier, critical: false, DEREncoder.sequence(DEREncoder.element(0x80, identifier)))
    }

    static func subjectKeyIdentifier(_ identifier: [UInt8]) -> [UInt8] {
        encode(.subjectKeyIdentifier, critical: false, DEREncoder.octetString(identifier))
    }

    /// - Parameter names: The content that ``GeneralNames/encode(_:)`` made.
    static func subjectAlternativeName(_ names: [UInt8], critical: Bool) -> [UInt8] {
        encode(.subjectAlternativeName, critical: critical, DEREncoder.sequence(names))
    }

    /// One point with one full name.
    static func crlDistributionPoint(_ url: String) throws(RotationError) -> [UInt8] {
        let point = DEREncoder.sequence(try GeneralNames.fullName(uri: url))
        return encode(.crlDistributionPoints, critical: false, DEREncoder.sequence(point))
    }
}

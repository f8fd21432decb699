/// Appends DER to one buffer: lengths are worked out beforehand, so nothing is written twice or moved.
struct DERWriter {
    private(set) var bytes: [UInt8] = []

    init(reservingCapacity capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func append(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }

    mutating func append(_ raw: ArraySlice<UInt8>) { bytes.append(contentsOf: raw) }

    mutating func append(byte: UInt8) { bytes.append(byte) }

    mutating func append(twoDigits number: Int) {
        bytes.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
        bytes.append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// A tag and a length in its shortest form.
    mutating func append(header tag: UInt8, length: Int) {
        bytes.append(tag)
        if length < 0x80 {
            bytes.append(UInt8(length))
            return
        }
        let size = DERWriter.lengthOctets(length) - 1
        bytes.append(0x80 | UInt8(size))
        for shift in stride(from: (size - 1) * 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: length >> shift))
        }
    }

    /// How many bytes an element takes whose content is this long (tags of one byte).
    static func size(ofContent length: Int) -> Int { 1 + lengthOctets(length) + length }

    private static func lengthOctets(_ length: Int) -> Int {
        length < 0x80 ? 1 : 1 + (Int.bitWidth - length.leadingZeroBitCount + 7) / 8
    }
}

/// Whole elements for what is encoded once, or seldom.
enum DEREncoder {
    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var writer = DERWriter(reservingCapacity: content.count + 6)
        writer.append(header: tag, length: content.count)
        writer.append(content)
        return writer.bytes
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { element(0x30, Array(parts.joined())) }

    static func octetString(_ content: [UInt8]) -> [UInt8] { element(0x04, content) }

    static func bitString(_ content: [UInt8]) -> [UInt8] { element(0x03, [0] + content) }

    static func objectIdentifier(_ identifier: ObjectIdentifier) -> [UInt8] { element(0x06, identifier.content) }

    /// From big-endian magnitude, leading zeros allowed.
    static func positiveInteger(_ magnitude: some Collection<UInt8>) -> [UInt8] {
        var content = Array(magnitude.drop { $0 == 0 })
        if content.isEmpty || content[0] >= 0x80 { content.insert(0, at: 0) }
        return element(0x02, content)
    }

    static func integer(_ value: UInt8) -> [UInt8] { positiveInteger([value]) }

    static let null: [UInt8] = [0x05, 0x00]
    static let yes: [UInt8] = [0x01, 0x01, 0xFF]
}

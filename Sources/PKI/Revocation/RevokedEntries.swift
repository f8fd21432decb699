import RotationModel

/// The entries of a CRL in their order.
///
/// A million serial numbers lie all over the memory, and looking at each costs more than everything else: they are looked at once to
/// make keys that lie side by side, and once in their final order, when they are written too.
struct RevokedEntries {
    /// By serial number, as numbers, each once.
    let entries: [RevokedEntry]
    /// Their elements one after the other.
    let der: [UInt8]

    /// What is compared: the number's length and its first 16 bytes.
    private struct Key {
        let length: UInt32
        let index: UInt32
        let high: UInt64
        let low: UInt64

        init(_ bytes: [UInt8], index: Int) {
            var (high, low): (UInt64, UInt64) = (0, 0)
            for byte in bytes.prefix(8) { high = high << 8 | UInt64(byte) }
            for byte in bytes.dropFirst(8).prefix(8) { low = low << 8 | UInt64(byte) }
            (self.length, self.index, self.high, self.low) = (UInt32(bytes.count), UInt32(index), high, low)
        }

        /// Whether the numbers are the same as far as is known here.
        func matches(_ other: Key) -> Bool { length == other.length && high == other.high && low == other.low }
        var isWhole: Bool { length <= 16 }
    }

    /// Of entries with one serial number the earliest stays, and of those of one time the one whose reason says most.
    ///
    /// - Throws: ``RotationError/Code/badInput`` where a serial number is not the content of an INTEGER in its shortest form.
    init(_ unsorted: [RevokedEntry]) throws(RotationError) {
        var keys: [Key] = []
        keys.reserveCapacity(unsorted.count)
        for (index, entry) in unsorted.enumerated() {
            guard RevokedEntries.isInteger(entry.serialNumber.bytes) else {
                throw RotationError(
                    .badInput, "the serial number \"\(entry.serialNumber)\" cannot stand in a CRL",
                    advice: "it must be an INTEGER in its shortest form")
            }
            keys.append(Key(entry.serialNumber.bytes, index: index))
        }
        keys.sort { left, right in
            if left.length != right.length { return left.length < right.length }
            if left.high != right.high { return left.high < right.high }
            if left.low != right.low { return left.low < right.low }
            return RevokedEntries.precedes(unsorted[Int(left.index)], unsorted[Int(right.index)])
        }
        var entries: [RevokedEntry] = []
        entries.reserveCapacity(unsorted.count)
        var writer = DERWriter(reservingCapacity: unsorted.count * 52)
        var dates = DateCache()
        var previous: Key?
        for key in keys {
            let entry = unsorted[Int(key.index)]
            if let previous, key.matches(previous),
                key.isWhole || entry.serialNumber == unsorted[Int(previous.index)].serialNumber
            {
                continue
            }
            previous = key
            entries.append(entry)
            RevokedEntries.append(entry, date: try dates.der(of: entry.revokedAt), to: &writer)
        }
        (self.entries, der) = (entries, writer.bytes)
    }

    /// Between entries whose keys are equal.
    private static func precedes(_ left: RevokedEntry, _ right: RevokedEntry) -> Bool {
        if left.serialNumber != right.serialNumber {
            return left.serialNumber.bytes.lexicographicallyPrecedes(right.serialNumber.bytes)
        }
        if left.revokedAt != right.revokedAt { return left.revokedAt < right.revokedAt }
        return rank(left.reason) < rank(right.reason)
    }

    private static func isInteger(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 1 else { return bytes.count == 1 }
        return !(bytes[0] == 0 && bytes[1] < 0x80) && !(bytes[0] == 0xFF && bytes[1] >= 0x80)
    }

    private static func rank(_ reason: RevocationReason) -> UInt8 {
        reason == .unspecified ? .max : reason.crlReason
    }

    // MARK: Writing

    /// One entry's element.
    ///
    /// - Parameter date: The DER of its revocation date.
    private static func append(_ entry: RevokedEntry, date: [UInt8], to writer: inout DERWriter) {
        let serial = entry.serialNumber.bytes
        let hasReason = entry.reason != .unspecified
        let length =
            DERWriter.size(ofContent: serial.count) + date.count + (hasReason ? reasonExtension.count + 1 : 0)
        writer.append(header: 0x30, length: length)
        writer.append(header: 0x02, length: serial.count)
        writer.append(serial)
        writer.append(date)
        // `unspecified` is left out (RFC 5280, 5.3.1).
        if hasReason {
            writer.append(reasonExtension)
            writer.append(byte: entry.reason.crlReason)
        }
    }

    /// The crlEntryExtensions with a reason code, up to the reason itself, which is the last byte.
    private static let reasonExtension: [UInt8] = {
        let code = DEREncoder.element(0x0A, [0])
        return DEREncoder.sequence(ExtensionEncoder.encode(.reasonCode, critical: false, code)).dropLast()
    }()
}

/// Encodes dates that come again and again: a run revokes many certificates at one time.
private struct DateCache {
    private var slots = [(date: Timestamp, der: [UInt8])?](repeating: nil, count: 256)

    /// - Throws: ``RotationError/Code/badInput`` for a date that X.509 cannot write.
    mutating func der(of date: Timestamp) throws(RotationError) -> [UInt8] {
        // Dates of runs differ in their days and minutes: a prime spreads both.
        let slot = Int(date.seconds.magnitude % 251)
        if let known = slots[slot], known.date == date { return known.der }
        var writer = DERWriter(reservingCapacity: 17)
        try DERTime.append(date, to: &writer)
        slots[slot] = (date, writer.bytes)
        return writer.bytes
    }
}

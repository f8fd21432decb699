import Basics
import RotationModel

/// A serial number as people copy it from other programs: hexadecimal, of either case, with or without colons, a leading
/// `0x` and leading zeros, none of which makes a difference.
package struct SerialPattern: Hashable, Sendable, CustomStringConvertible {
    /// Big-endian, without leading zeros; empty for zero.
    private let octets: [UInt8]

    /// Reads `00:F3:9A`, `f39a`, `0xF39A`. Nil where the text is anything else; decimal numbers cannot be told from hexadecimal
    /// ones, and are read as such.
    package init?(_ text: String) {
        guard let serial = SerialNumber(hex: text) else { return nil }
        self.init(serial)
    }

    /// A certificate's own. One that counts as negative (RFC 5280, 4.1.2.2, forbids it) is known by its octets, as tools show it.
    package init(_ serial: SerialNumber) {
        octets = Array(serial.bytes.drop { $0 == 0 })
    }

    /// Lower case, two digits a byte.
    package var description: String { octets.isEmpty ? "00" : Hex.encode(octets) }
}

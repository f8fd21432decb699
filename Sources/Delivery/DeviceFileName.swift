import Basics
import PKI
import RotationModel

/// How a device id becomes a file name, and a file name a device id again.
///
/// Device ids may hold any character, `/` and `..` too; file names must be harmless. Every byte outside `A-Za-z0-9._-`, and a
/// leading dot, is percent-encoded with upper-case digits. The encoding is one to one, so a name leads back to its device.
package enum DeviceFileName {
    /// The longest encoded id that is used as it is. File systems end names at 255 bytes, and a suffix has to fit.
    package static let longest = 200
    /// What starts the name of a device whose encoded id is longer: the SHA-256 of the id follows in hexadecimal.
    /// A percent sign that two hexadecimal digits do not follow never comes out of the encoding, so the two cannot meet.
    static let digestPrefix = "%sha256-"

    /// The device's NAME, without a suffix.
    package static func encode(_ device: DeviceID) -> String {
        let isHidden = device.text.utf8.first == UInt8(ascii: ".")
        let name = PercentEncoding.encode(device.text, keeping: isPlain)
        let safe = isHidden ? "%2E" + name.dropFirst() : name
        guard safe.utf8.count <= longest else { return digestPrefix + digest(of: device).hex }
        return safe
    }

    /// Whose NAME this is.
    package enum Decoded: Equatable, Sendable {
        case device(DeviceID)
        /// The SHA-256 of a long id: whose it is, only the inventory knows.
        case digest(SHA256Digest)
    }

    /// Reads a NAME (without its suffix). Only the one encoding of an id is accepted: two files can never speak for one device.
    ///
    /// - Throws: ``RotationError/Code/badInput`` that says what is wrong with the name.
    package static func decode(_ name: String) throws(RotationError) -> Decoded {
        if name.hasPrefix(digestPrefix) {
            let hex = String(name.dropFirst(digestPrefix.count))
            guard let digest = SHA256Digest(hex: hex), digest.hex == hex else {
                throw RotationError(
                    .badInput, "the file name is not that of a device",
                    advice: "after \(digestPrefix) stand the 64 lower-case digits of the id's SHA-256")
            }
            return .digest(digest)
        }
        guard let text = PercentEncoding.decode(name).flatMap({ String(validating: $0, as: UTF8.self) }) else {
            throw RotationError(
                .badInput, "the file name is not that of a device",
                advice: "use the device id with every byte outside A-Za-z0-9._- as %XX")
        }
        let device = try DeviceID(text)
        let expected = encode(device)
        guard expected == name else {
            throw RotationError(
                .badInput, "the file name is not the one of device \(device)", advice: "it has to be \(expected)")
        }
        return .device(device)
    }

    /// What the folders of the manifest tree are named by.
    package static func digest(of device: DeviceID) -> SHA256Digest {
        SHA256.digest(Array(device.text.utf8))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

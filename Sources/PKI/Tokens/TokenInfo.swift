import CPKCS11

/// What a token says of itself (CK_TOKEN_INFO).
struct TokenInfo: Sendable {
    let slot: UInt
    let label: String
    let manufacturer: String
    let model: String
    let serial: String
    private let flags: UInt

    init(slot: UInt, _ info: CK_TOKEN_INFO) {
        self.slot = slot
        label = TokenInfo.text(info.label)
        manufacturer = TokenInfo.text(info.manufacturerID)
        model = TokenInfo.text(info.model)
        serial = TokenInfo.text(info.serialNumber)
        flags = info.flags
    }

    var needsLogin: Bool { flags & 0x4 != 0 }
    var hasUserPIN: Bool { flags & 0x8 != 0 }
    /// It has a pad of its own for PINs.
    var hasPINPad: Bool { flags & 0x100 != 0 }
    var isInitialized: Bool { flags & 0x400 != 0 }
    /// A wrong PIN was given since the last right one.
    var isPINCountLow: Bool { flags & 0x1_0000 != 0 }
    /// The next wrong PIN locks it.
    var isFinalTry: Bool { flags & 0x2_0000 != 0 }
    var isPINLocked: Bool { flags & 0x4_0000 != 0 }

    /// Fixed fields are padded with blanks, and by some makers with zeros.
    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { bytes in
            var rest = bytes.prefix { $0 != 0 }
            while rest.last == UInt8(ascii: " ") { rest = rest.dropLast() }
            return String(decoding: rest, as: UTF8.self)
        }
    }

    func matches(_ uri: PKCS11URI) -> Bool {
        func fits<Value: Equatable>(_ wanted: Value?, _ found: Value) -> Bool { wanted.map { $0 == found } ?? true }
        return fits(uri.token, label) && fits(uri.manufacturer, manufacturer) && fits(uri.model, model)
            && fits(uri.serial, serial) && fits(uri.slotID, slot)
    }

    /// Whether it is the same device, whatever slot it is in.
    func isSame(as other: TokenInfo) -> Bool {
        (label, manufacturer, model, serial) == (other.label, other.manufacturer, other.model, other.serial)
    }

    /// For messages: ``fleet (serial 1b2c)``.
    var shown: String {
        guard isInitialized else { return "slot \(slot), not initialised" }
        return "`\(label)` (serial \(serial))"
    }
}

import Basics
import CPKCS11

/// A session with a token. Whoever logged in through it stays logged in, for all sessions of this process, as long as it is open.
///
/// `@unchecked Sendable`: the handle never changes, and the module was initialised for use by several threads.
final class TokenSession: @unchecked Sendable {
    private let module: CryptokiModule
    private let handle: UInt

    init(_ module: CryptokiModule, slot: UInt) throws(CryptokiResult) {
        var handle: UInt = 0
        // CKF_SERIAL_SESSION alone: nothing is written to the token.
        try module.call { $0.C_OpenSession?(slot, 0x4, nil, nil, &handle) }
        (self.module, self.handle) = (module, handle)
    }

    deinit { try? module.call { $0.C_CloseSession?(handle) } }

    /// One attempt. Somebody who is logged in already stays so, and the PIN is then not looked at.
    func login(_ pin: Passphrase) throws(CryptokiResult) {
        do throws(CryptokiResult) {
            try pin.withBytes { bytes throws(CryptokiResult) in
                let start = bytes.baseAddress?.assumingMemoryBound(to: CK_BYTE.self)
                // CKU_USER
                try module.call { $0.C_Login?(handle, 1, start, UInt(bytes.count)) }
            }
        } catch .alreadyLoggedIn {}
    }

    /// What kinds of objects are looked for (CK_OBJECT_CLASS).
    enum ObjectClass: UInt {
        case certificate = 1
        case publicKey = 2
        case privateKey = 3
    }

    /// The objects of a class, `most` of them at the most.
    func objects(_ kind: ObjectClass, most: Int = 1000) throws(CryptokiResult) -> [TokenObject] {
        var found: [TokenObject] = []
        for object in try handles(kind, most: most) {
            found.append(
                TokenObject(
                    id: bytes(of: object, 0x102) ?? [],
                    label: bytes(of: object, 0x3).map { String(decoding: $0, as: UTF8.self) } ?? "",
                    keyType: number(of: object, 0x100), canSign: flag(of: object, 0x108) ?? true,
                    asksEveryTime: flag(of: object, 0x202) ?? false))
        }
        return found
    }

    private func handles(_ kind: ObjectClass, most: Int) throws(CryptokiResult) -> [UInt] {
        var value = kind.rawValue
        try withUnsafeMutablePointer(to: &value) { value throws(CryptokiResult) in
            var template = CK_ATTRIBUTE(type: 0, pValue: value, ulValueLen: UInt(MemoryLayout<UInt>.size))
            try module.call { $0.C_FindObjectsInit?(handle, &template, 1) }
        }
        defer { try? module.call { $0.C_FindObjectsFinal?(handle) } }
        var found: [UInt] = []
        var page = [UInt](repeating: 0, count: most)
        // A module may give fewer at a time than it has.
        while found.count < most {
            var count: UInt = 0
            try module.call { $0.C_FindObjects?(handle, &page, UInt(most - found.count), &count) }
            if count == 0 { break }
            found += page.prefix(Int(count))
        }
        return found
    }

    // MARK: Attributes

    /// An attribute's value; nil where the object has none, or does not show it.
    private func bytes(of object: UInt, _ type: UInt) -> [UInt8]? {
        var attribute = CK_ATTRIBUTE(type: type, pValue: nil, ulValueLen: 0)
        guard (try? module.call { $0.C_GetAttributeValue?(handle, object, &attribute, 1) }) != nil,
            attribute.ulValueLen <= 4096
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(attribute.ulValueLen))
        let done: Void? = bytes.withUnsafeMutableBytes { buffer in
            attribute.pValue = buffer.baseAddress
            return try? module.call { $0.C_GetAttributeValue?(handle, object, &attribute, 1) }
        }
        return done == nil ? nil : bytes
    }

    private func number(of object: UInt, _ type: UInt) -> UInt? {
        guard let bytes = bytes(of: object, type), bytes.count == MemoryLayout<UInt>.size else { return nil }
        return bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt.self) }
    }

    private func flag(of object: UInt, _ type: UInt) -> Bool? { bytes(of: object, type)?.first.map { $0 != 0 } }
}

/// What is known of an object in a token without using it.
struct TokenObject: Sendable, Hashable {
    let id: [UInt8]
    let label: String
    /// CK_KEY_TYPE; nil for what is no key.
    let keyType: UInt?
    /// CKA_SIGN; true where the token does not say.
    let canSign: Bool
    /// CKA_ALWAYS_AUTHENTICATE: the PIN is to be given again before each signature.
    let asksEveryTime: Bool

    func matches(_ uri: PKCS11URI) -> Bool {
        (uri.object.map { $0 == label } ?? true) && (uri.id.map { $0 == id } ?? true)
    }

    /// For messages, as a URI would name it.
    var shown: String {
        let hex = PercentEncoding.everyByte(id)
        return label.isEmpty ? "`id=\(hex)`" : id.isEmpty ? "`object=\(label)`" : "`object=\(label);id=\(hex)`"
    }
}

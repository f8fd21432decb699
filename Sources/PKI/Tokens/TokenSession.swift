import Basics
import CPKCS11

/// A session with a token, for one thread at a time. Whoever logged in through one is logged in in all sessions of this process, as long as
/// one of them is open.
///
/// `@unchecked Sendable`: the handle never changes, and the module was initialised for use by several threads.
final class TokenSession: @unchecked Sendable {
    private let module: CryptokiModule
    private let handle: UInt
    /// How often the token had been opened anew when this session was. Objects have other handles each time.
    let opening: Int

    init(_ module: CryptokiModule, slot: UInt, opening: Int) throws(CryptokiResult) {
        var handle: UInt = 0
        // CKF_SERIAL_SESSION alone: nothing is written to the token.
        try module.call { $0.C_OpenSession?(slot, 0x4, nil, nil, &handle) }
        (self.module, self.handle, self.opening) = (module, handle, opening)
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
                    handle: object, id: bytes(.id, of: object) ?? [],
                    label: bytes(.label, of: object).map { String(decoding: $0, as: UTF8.self) } ?? "",
                    keyType: number(.keyType, of: object), canSign: flag(.sign, of: object) ?? true,
                    asksEveryTime: flag(.alwaysAuthenticate, of: object) ?? false))
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

    /// What is asked of objects (CK_ATTRIBUTE_TYPE).
    enum Attribute: UInt {
        case label = 0x3
        case value = 0x11
        case keyType = 0x100
        case id = 0x102
        case sign = 0x108
        case modulus = 0x120
        case publicExponent = 0x122
        case ecParameters = 0x180
        case ecPoint = 0x181
        case alwaysAuthenticate = 0x202
    }

    /// An attribute's value; nil where the object has none, or does not show it.
    func bytes(_ type: Attribute, of object: UInt) -> [UInt8]? {
        var attribute = CK_ATTRIBUTE(type: type.rawValue, pValue: nil, ulValueLen: 0)
        guard (try? module.call { $0.C_GetAttributeValue?(handle, object, &attribute, 1) }) != nil,
            attribute.ulValueLen <= Certificate.largest
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(attribute.ulValueLen))
        let done: Void? = bytes.withUnsafeMutableBytes { buffer in
            attribute.pValue = buffer.baseAddress
            return try? module.call { $0.C_GetAttributeValue?(handle, object, &attribute, 1) }
        }
        return done == nil ? nil : bytes
    }

    private func number(_ type: Attribute, of object: UInt) -> UInt? {
        guard let bytes = bytes(type, of: object), bytes.count == MemoryLayout<UInt>.size else { return nil }
        return bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt.self) }
    }

    private func flag(_ type: Attribute, of object: UInt) -> Bool? { bytes(type, of: object)?.first.map { $0 != 0 } }

    // MARK: Signing

    /// - Parameter largest: the most bytes that the signature can have.
    func sign(
        _ data: [UInt8], by key: UInt, _ mechanism: SigningMechanism, largest: Int
    ) throws(CryptokiResult) -> [UInt8] {
        try mechanism.withPointer { pointer throws(CryptokiResult) in
            try module.call { $0.C_SignInit?(handle, pointer, key) }
        }
        var failure: CryptokiResult?
        let signature = [UInt8](unsafeUninitializedCapacity: largest) { buffer, count in
            var length = UInt(largest)
            do throws(CryptokiResult) {
                try module.call { $0.C_Sign?(handle, data, UInt(data.count), buffer.baseAddress, &length) }
                count = min(Int(length), largest)
            } catch {
                (failure, count) = (error, 0)
            }
        }
        if let failure { throw failure }
        return signature
    }
}

/// What is known of an object in a token without using it.
struct TokenObject: Sendable {
    /// CK_OBJECT_HANDLE: good until the token is opened anew.
    let handle: UInt
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

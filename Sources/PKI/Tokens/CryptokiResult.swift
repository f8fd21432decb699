/// A return value of PKCS#11 (CK_RV) that is not CKR_OK.
struct CryptokiResult: Error, Hashable, CustomStringConvertible {
    let value: UInt

    static let pinIncorrect = CryptokiResult(value: 0xA0)
    static let pinInvalid = CryptokiResult(value: 0xA1)
    static let pinLength = CryptokiResult(value: 0xA2)
    static let pinExpired = CryptokiResult(value: 0xA3)
    static let pinLocked = CryptokiResult(value: 0xA4)
    static let alreadyLoggedIn = CryptokiResult(value: 0x100)
    static let userPINNotInitialized = CryptokiResult(value: 0x102)
    static let alreadyInitialized = CryptokiResult(value: 0x191)

    /// By the specification's name where it is one that is met.
    var description: String {
        CryptokiResult.names[value] ?? "CKR 0x\(String(value, radix: 16))"
    }

    private static let names: [UInt: String] = [
        0x02: "CKR_HOST_MEMORY", 0x03: "CKR_SLOT_ID_INVALID", 0x05: "CKR_GENERAL_ERROR", 0x06: "CKR_FUNCTION_FAILED",
        0x07: "CKR_ARGUMENTS_BAD", 0x0A: "CKR_CANT_LOCK", 0x30: "CKR_DEVICE_ERROR", 0x31: "CKR_DEVICE_MEMORY",
        0x32: "CKR_DEVICE_REMOVED", 0x54: "CKR_FUNCTION_NOT_SUPPORTED", 0xA0: "CKR_PIN_INCORRECT",
        0xA1: "CKR_PIN_INVALID", 0xA2: "CKR_PIN_LEN_RANGE", 0xA3: "CKR_PIN_EXPIRED", 0xA4: "CKR_PIN_LOCKED",
        0xB0: "CKR_SESSION_CLOSED", 0xB1: "CKR_SESSION_COUNT", 0xB3: "CKR_SESSION_HANDLE_INVALID",
        0xE0: "CKR_TOKEN_NOT_PRESENT", 0xE1: "CKR_TOKEN_NOT_RECOGNIZED", 0x101: "CKR_USER_NOT_LOGGED_IN",
        0x102: "CKR_USER_PIN_NOT_INITIALIZED", 0x190: "CKR_CRYPTOKI_NOT_INITIALIZED",
    ]
}

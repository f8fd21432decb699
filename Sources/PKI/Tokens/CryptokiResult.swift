/// A return value of PKCS#11 (CK_RV) that is not CKR_OK.
struct CryptokiResult: Error, Hashable, CustomStringConvertible {
    let value: UInt

    static let slotIDInvalid = CryptokiResult(value: 0x3)
    static let deviceError = CryptokiResult(value: 0x30)
    static let deviceRemoved = CryptokiResult(value: 0x32)
    static let keyHandleInvalid = CryptokiResult(value: 0x60)
    static let mechanismInvalid = CryptokiResult(value: 0x70)
    static let objectHandleInvalid = CryptokiResult(value: 0x82)
    static let pinIncorrect = CryptokiResult(value: 0xA0)
    static let pinInvalid = CryptokiResult(value: 0xA1)
    static let pinLength = CryptokiResult(value: 0xA2)
    static let pinExpired = CryptokiResult(value: 0xA3)
    static let pinLocked = CryptokiResult(value: 0xA4)
    static let sessionClosed = CryptokiResult(value: 0xB0)
    static let sessionHandleInvalid = CryptokiResult(value: 0xB3)
    static let tokenNotPresent = CryptokiResult(value: 0xE0)
    static let tokenNotRecognized = CryptokiResult(value: 0xE1)
    static let alreadyLoggedIn = CryptokiResult(value: 0x100)
    static let notLoggedIn = CryptokiResult(value: 0x101)
    static let userPINNotInitialized = CryptokiResult(value: 0x102)
    static let bufferTooSmall = CryptokiResult(value: 0x150)
    static let notInitialized = CryptokiResult(value: 0x190)
    static let alreadyInitialized = CryptokiResult(value: 0x191)

    /// Whether the token, or what this process had opened there, is gone: opening it anew may help.
    var isLoss: Bool {
        switch self {
        case .deviceError, .deviceRemoved, .sessionClosed, .sessionHandleInvalid, .tokenNotPresent, .notLoggedIn: true
        default: false
        }
    }

    /// Whether the key that was named is not there, or not by this handle any more.
    var isMissingKey: Bool { self == .keyHandleInvalid || self == .objectHandleInvalid }

    /// Whether a slot has no token that could be spoken to: it may have been pulled out since the slots were listed.
    var isEmptySlot: Bool {
        switch self {
        case .slotIDInvalid, .deviceRemoved, .tokenNotPresent, .tokenNotRecognized: true
        default: false
        }
    }

    /// By the specification's name where it is one that is met.
    var description: String {
        CryptokiResult.names[value] ?? "CKR 0x\(String(value, radix: 16))"
    }

    private static let names: [UInt: String] = [
        0x02: "CKR_HOST_MEMORY", 0x03: "CKR_SLOT_ID_INVALID", 0x05: "CKR_GENERAL_ERROR", 0x06: "CKR_FUNCTION_FAILED",
        0x07: "CKR_ARGUMENTS_BAD", 0x0A: "CKR_CANT_LOCK", 0x20: "CKR_DATA_INVALID", 0x21: "CKR_DATA_LEN_RANGE",
        0x30: "CKR_DEVICE_ERROR", 0x31: "CKR_DEVICE_MEMORY", 0x32: "CKR_DEVICE_REMOVED",
        0x54: "CKR_FUNCTION_NOT_SUPPORTED", 0x60: "CKR_KEY_HANDLE_INVALID", 0x62: "CKR_KEY_SIZE_RANGE",
        0x63: "CKR_KEY_TYPE_INCONSISTENT", 0x68: "CKR_KEY_FUNCTION_NOT_PERMITTED", 0x70: "CKR_MECHANISM_INVALID",
        0x71: "CKR_MECHANISM_PARAM_INVALID", 0x82: "CKR_OBJECT_HANDLE_INVALID", 0x90: "CKR_OPERATION_ACTIVE",
        0x91: "CKR_OPERATION_NOT_INITIALIZED", 0xA0: "CKR_PIN_INCORRECT", 0xA1: "CKR_PIN_INVALID",
        0xA2: "CKR_PIN_LEN_RANGE", 0xA3: "CKR_PIN_EXPIRED", 0xA4: "CKR_PIN_LOCKED", 0xB0: "CKR_SESSION_CLOSED",
        0xB1: "CKR_SESSION_COUNT", 0xB3: "CKR_SESSION_HANDLE_INVALID", 0xE0: "CKR_TOKEN_NOT_PRESENT",
        0xE1: "CKR_TOKEN_NOT_RECOGNIZED", 0x101: "CKR_USER_NOT_LOGGED_IN", 0x102: "CKR_USER_PIN_NOT_INITIALIZED",
        0x150: "CKR_BUFFER_TOO_SMALL", 0x190: "CKR_CRYPTOKI_NOT_INITIALIZED",
    ]
}

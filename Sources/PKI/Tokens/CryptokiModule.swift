import CPKCS11
import RotationModel
import Synchronization
import System

/// A PKCS#11 module: the shared library that speaks to tokens.
///
/// One that was loaded stays for the life of the process and is never finalized: at exit nobody could say who still signs.
///
/// It belongs to the process that loaded it. A copy that fork(2) made has none of its sessions, and may not end them either
/// (PKCS#11 2.40, "Usage Guide", 2.5.2): there every call fails.
///
/// `@unchecked Sendable`: nothing in it changes, and it was initialised for use by several threads.
final class CryptokiModule: @unchecked Sendable {
    /// As the dynamic linker is given it.
    let path: String
    private let functions: UnsafeMutablePointer<CK_FUNCTION_LIST>
    private let process: Int32

    /// - Parameter process: the one that it belongs to.
    init(path: String, functions: UnsafeMutablePointer<CK_FUNCTION_LIST>, process: Int32 = LocalHost.processID) {
        (self.path, self.functions, self.process) = (path, functions, process)
    }

    private static let loaded = Mutex<[String: CryptokiModule]>([:])

    /// - Throws: ``RotationError/Code/keyUnavailable`` where there is no such file, it is no PKCS#11 module, or it does not start.
    static func load(_ path: String) throws(RotationError) -> CryptokiModule {
        try loaded.withLock { modules throws(RotationError) in
            if let module = modules[path] { return module }
            let module = CryptokiModule(path: path, functions: try functions(of: path))
            try module.initialize()
            modules[path] = module
            return module
        }
    }

    private static func functions(of path: String) throws(RotationError) -> UnsafeMutablePointer<CK_FUNCTION_LIST> {
        guard !path.contains("/") || FileAccess.exists(path) else {
            throw unavailable(
                path, "there is no PKCS#11 module",
                "install the token's software, or correct `module`; SoftHSM's is /usr/lib/softhsm/libsofthsm2.so")
        }
        guard let library = DynamicLibrary(path) else {
            let reason = DynamicLibrary.lastProblem
            throw unavailable(
                path, "the PKCS#11 module cannot be loaded (\(reason))",
                "name a shared library of the token's maker with `module`")
        }
        guard let symbol = library.symbol("C_GetFunctionList") else {
            throw unavailable(
                path, "this library is no PKCS#11 module: it has no C_GetFunctionList",
                "name the token's module with `module`; SoftHSM's is /usr/lib/softhsm/libsofthsm2.so")
        }
        let list = unsafeBitCast(symbol, to: CK_C_GetFunctionList.self)
        var functions: UnsafeMutablePointer<CK_FUNCTION_LIST>?
        let result = list(&functions)
        guard result == 0, let functions else {
            throw unavailable(
                path, "the PKCS#11 module gives no functions (\(CryptokiResult(value: result)))",
                "reinstall the token's software")
        }
        return functions
    }

    private func initialize() throws(RotationError) {
        var arguments = CK_C_INITIALIZE_ARGS()
        // CKF_OS_LOCKING_OK: several workers sign at once.
        arguments.flags = 2
        do throws(CryptokiResult) {
            try call { $0.C_Initialize?(&arguments) }
        } catch .alreadyInitialized {
        } catch {
            throw CryptokiModule.unavailable(
                path, "the PKCS#11 module does not start (\(error))",
                "see that its configuration is there and that this user may read it and its token's files"
                    + (path.contains("softhsm") ? "; SoftHSM's is named by SOFTHSM2_CONF" : ""))
        }
    }

    private static func unavailable(_ path: String, _ message: String, _ advice: String) -> RotationError {
        RotationError(.keyUnavailable, message, at: path, advice: advice)
    }

    /// Calls a function of the module.
    func call(_ body: (CK_FUNCTION_LIST) -> CK_RV?) throws(CryptokiResult) {
        guard LocalHost.processID == process else { throw .notInitialized }
        let result = body(functions.pointee) ?? 0x54
        guard result == 0 else { throw CryptokiResult(value: result) }
    }

    /// The slots that have a token in them.
    func slots() throws(CryptokiResult) -> [UInt] {
        while true {
            var count: UInt = 0
            // Asking for the number has the module look again which slots there are.
            try call { $0.C_GetSlotList?(1, nil, &count) }
            var slots = [UInt](repeating: 0, count: Int(count))
            do throws(CryptokiResult) {
                try call { $0.C_GetSlotList?(1, &slots, &count) }
                return Array(slots.prefix(Int(count)))
            } catch .bufferTooSmall {
                // One more token was plugged in since.
            }
        }
    }

    /// Whether a token signs by a mechanism (CK_MECHANISM_TYPE), as far as it says so.
    func signs(_ mechanism: UInt, in slot: UInt) -> Bool {
        var info = CK_MECHANISM_INFO()
        do throws(CryptokiResult) {
            try call { $0.C_GetMechanismInfo?(slot, mechanism, &info) }
        } catch {
            return error != .mechanismInvalid
        }
        // CKF_SIGN
        return info.flags & 0x800 != 0
    }

    func token(in slot: UInt) throws(CryptokiResult) -> TokenInfo {
        var info = CK_TOKEN_INFO()
        try call { $0.C_GetTokenInfo?(slot, &info) }
        return TokenInfo(slot: slot, info)
    }
}

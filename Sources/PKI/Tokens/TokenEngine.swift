import Basics
import COpenSSL
import RotationModel
import Synchronization
import System

/// OpenSSL's PKCS#11 engine (libp11), set up for one module.
///
/// It is never given a PIN: ``TokenLogin`` logs this process in, and the engine's sessions share that. Nor is it ever freed: the keys that
/// OpenSSL may still hold at exit come from it.
///
/// `@unchecked Sendable`: the pointer never changes, and libp11 guards what is behind it with locks of its own.
final class TokenEngine: @unchecked Sendable {
    private let engine: UnsafeMutableRawPointer

    private init(_ engine: UnsafeMutableRawPointer) { self.engine = engine }

    private static let loaded = Mutex<[String: TokenEngine]>([:])

    /// - Throws: ``RotationError/Code/keyUnavailable`` where the engine is not installed.
    static func load(module: String) throws(RotationError) -> TokenEngine {
        try loaded.withLock { engines throws(RotationError) in
            if let engine = engines[module] { return engine }
            let engine = try load(from: folder, module: module)
            engines[module] = engine
            return engine
        }
    }

    private static func load(from folder: String, module: String) throws(RotationError) -> TokenEngine {
        OpenSSLErrors.clear()
        guard let pointer = rotation_pkcs11_engine(folder, module) else {
            throw OpenSSLErrors.failure(
                .keyUnavailable, "OpenSSL's PKCS#11 engine cannot be loaded", at: folder,
                advice: "install it: apt-get install libengine-pkcs11-openssl")
        }
        return TokenEngine(pointer)
    }

    /// Where OpenSSL looks for engines: `OPENSSL_ENGINES`, else the folder it was built with.
    private static var folder: String {
        if let named = Environment["OPENSSL_ENGINES"] { return named }
        return OPENSSL_info(OPENSSL_INFO_ENGINES_DIR).map { String(cString: $0) } ?? ""
    }

    /// The private key that ``TokenKeyChoice`` found, as OpenSSL uses it.
    func privateKey(_ key: TokenObject, of token: TokenInfo, place: String) throws(RotationError) -> KeyHandle {
        OpenSSLErrors.clear()
        guard let pointer = rotation_engine_private_key(engine, TokenEngine.uri(of: key, in: token)) else {
            throw OpenSSLErrors.failure(
                .keyUnavailable, "OpenSSL's PKCS#11 engine cannot use the key", at: place,
                advice: "the public key must be in the token beside it, with the same id")
        }
        return KeyHandle(takingOwnership: pointer)
    }

    /// All that is known of the key, so that the engine can come to no other.
    private static func uri(of key: TokenObject, in token: TokenInfo) -> String {
        var parts = [
            "model=" + PercentEncoding.encode(token.model),
            "manufacturer=" + PercentEncoding.encode(token.manufacturer),
            "serial=" + PercentEncoding.encode(token.serial), "token=" + PercentEncoding.encode(token.label),
        ]
        if !key.id.isEmpty { parts.append("id=" + PercentEncoding.everyByte(key.id)) }
        if !key.label.isEmpty { parts.append("object=" + PercentEncoding.encode(key.label)) }
        return "pkcs11:" + parts.filter { !$0.hasSuffix("=") }.joined(separator: ";") + ";type=private"
    }
}

import RotationModel
import System

extension PrivateKey {
    /// Reaches a key in a PKCS#11 token. The key stays there; each signature is made by the token, and is verified before it is used.
    ///
    /// - Parameters:
    ///   - module: the file of the PKCS#11 module; nil takes the URI's `module-path`, else `PKCS11_MODULE_PATH`, else p11-kit's proxy,
    ///     which knows the modules that the system has configured.
    ///   - pin: the token's user PIN. It is tried once, and not kept.
    /// - Throws: ``RotationError/Code/keyUnavailable`` where anything between here and the key is not as it should be: what, and what to do.
    package static func load(
        token uri: PKCS11URI, module: String? = nil, pin: Passphrase? = nil
    ) throws(RotationError) -> PrivateKey {
        let module = try CryptokiModule.load(modulePath(module, uri))
        // Before the PIN is tried: a try should not be wasted where the engine is missing.
        let engine = try TokenEngine.load(module: module.path)
        let token = try TokenChoice(module: module, uri: uri).token()
        let login = TokenLogin(module: module, token: token, uri: uri)
        let access = try TokenAccess.shared(to: token, of: module, uri: uri) { () throws(RotationError) in
            try login.open(pin)
        }
        let key = try TokenKeyChoice(session: access.session, token: token, uri: uri).key()
        let handle = try engine.privateKey(key, of: token, place: uri.description)
        do {
            return try PrivateKey(handle: handle, token: TokenPlace(uri: uri, access: access))
        } catch {
            throw RotationError(
                .keyUnavailable, "the key cannot be used: \(error.message)", at: uri.description,
                advice: "the public key must be in the token beside it, with the same id")
        }
    }

    private static func modulePath(_ module: String?, _ uri: PKCS11URI) -> String {
        if let named = module ?? uri.modulePath { return named }
        return Environment["PKCS11_MODULE_PATH"] ?? "p11-kit-proxy.so"
    }
}

/// The token that a private key is in, and what its keys share.
struct TokenPlace: KeyToken {
    let uri: PKCS11URI
    let access: TokenAccess

    var name: String { uri.description }
    var sessions: Int { access.sessions }

    func inSession<Result>(_ body: () -> Result) -> Result { access.inSession(body) }
}

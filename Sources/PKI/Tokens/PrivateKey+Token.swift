import RotationModel
import System

extension PrivateKey {
    /// Reaches a key in a PKCS#11 token. The key stays there; each signature is made by the token, and is verified before it is used.
    ///
    /// - Parameters:
    ///   - module: the file of the PKCS#11 module; nil takes the URI's `module-path`, else `PKCS11_MODULE_PATH`, else p11-kit's proxy,
    ///     which knows the modules that the system has configured.
    ///   - pin: the token's user PIN. It is tried once, and kept for the case that the token has to be opened anew.
    /// - Throws: ``RotationError/Code/keyUnavailable`` where anything between here and the key is not as it should be: what, and what to do.
    package static func load(
        token uri: PKCS11URI, module: String? = nil, pin: Passphrase? = nil
    ) throws(RotationError) -> PrivateKey {
        let module = try CryptokiModule.load(modulePath(module, uri))
        let token = try TokenChoice(module: module, uri: uri).token()
        let access = try TokenAccess.shared(to: token, of: module, uri: uri, pin: pin)
        return try access.inSession { session throws(RotationError) in
            let key = try TokenKeyChoice(session: session, token: token, uri: uri).key()
            return try PrivateKey(
                handle: try TokenPublicKey(session: session, uri: uri).handle(of: key),
                token: TokenKey(key, opening: session.opening, uri: uri, module: module, access: access))
        }
    }

    private static func modulePath(_ module: String?, _ uri: PKCS11URI) -> String {
        if let named = module ?? uri.modulePath { return named }
        return Environment["PKCS11_MODULE_PATH"] ?? "p11-kit-proxy.so"
    }
}

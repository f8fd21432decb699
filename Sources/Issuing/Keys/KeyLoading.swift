import PKI
import RotationModel
import System

/// Loads a private key from where the configuration says, with what opens it.
package struct KeyLoading {
    let key: KeyConfiguration
    let observer: any RunObserver

    package init(key: KeyConfiguration, observer: any RunObserver) { (self.key, self.observer) = (key, observer) }

    package func load() throws(RotationError) -> PrivateKey {
        switch key.source {
        case .file(let path):
            let passphrase = try secret("passphrase")
            let (key, usedPassphrase) = try PrivateKey.open(path: path, passphrase: passphrase)
            if passphrase != nil, !usedPassphrase {
                observer.warn(
                    "\(path): the key is not encrypted, though a passphrase is configured for it; encrypt it: "
                        + "openssl pkcs8 -topk8 -scrypt -in KEY -out NEW")
            }
            return key
        case .token(let uri, let module):
            return try PrivateKey.load(token: uri, module: module, pin: try secret("PIN"))
        }
    }

    private func secret(_ what: String) throws(RotationError) -> Passphrase? {
        switch key.passphrase {
        case nil: return nil
        case .file(let path): return try Passphrase.read(file: path, what: what)
        case .environment(let name): return try Passphrase.read(environment: name, what: what)
        case .credential(let name):
            guard let folder = Environment["CREDENTIALS_DIRECTORY"] else {
                throw RotationError(
                    .keyUnavailable,
                    "the \(what) is the systemd credential \(name), but CREDENTIALS_DIRECTORY is not set",
                    advice: "start the job as a systemd service with LoadCredential=\(name):…")
            }
            return try Passphrase.read(file: "\(folder)/\(name)", what: what)
        }
    }
}

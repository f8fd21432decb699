import Issuing
import PKI
import RotationModel
import System

/// The keys, as far as they can be looked at from here: files are opened; of tokens only the module is looked for, since a PIN that is given in
/// vain counts; what systemd hands over is there only while the service runs.
struct KeyCondition: Condition {
    struct Key {
        /// `authority fleet-ca-1`, `manifests`
        let whose: String
        let fault: Fault
    }

    enum Fault {
        case error(RotationError)
        /// The authority's certificate has another key.
        case other(certificate: String)
        case noModule(String)
        case issuer(String, place: String)
    }

    let keys: [Key]

    var findings: [Finding] {
        keys.map { key in
            switch key.fault {
            case .error(let error):
                Finding(error.code == .permission ? "key-permission" : "key-unavailable", error, at: key.whose)
            case .other(let certificate):
                Finding(
                    "key-other", at: key.whose, "its key is not the one of its certificate",
                    remedy: "name the key that belongs to \(certificate) in rotation.yaml")
            case .noModule(let path):
                Finding(
                    "token-module", at: path, "there is no such PKCS#11 library, which \(key.whose) needs",
                    remedy:
                        "install what the token's maker ships (SoftHSM: apt-get install softhsm2), or correct `module`")
            case .issuer(let obstacle, let place):
                Finding(
                    "issuer", at: key.whose, "it cannot be asked: \(obstacle)", remedy: "correct `command` in \(place)")
            }
        }
    }
}

extension KeyCondition {
    /// Looks.
    init(_ workspace: Workspace) {
        let directory = try? workspace.authorities()
        var keys = workspace.configuration.authorities.compactMap { authority -> Key? in
            let whose = "authority \(authority.name)"
            if let obstacle = authority.issuer?.obstacle {
                return Key(whose: whose, fault: .issuer("\(obstacle)", place: authority.place))
            }
            guard let key = authority.key else { return nil }
            return KeyCondition.fault(
                of: key, certificate: directory?[authority.name]?.certificate, authority.certificate
            )
            .map { Key(whose: whose, fault: $0) }
        }
        if let key = workspace.configuration.manifests?.key, let fault = KeyCondition.fault(of: key) {
            keys.append(Key(whose: "manifests", fault: fault))
        }
        self.keys = keys
    }

    private static func fault(of key: KeyConfiguration, certificate: Certificate? = nil, _ path: String = "") -> Fault?
    {
        switch key.source {
        case .token(_, let module):
            return module.flatMap { FileAccess.exists($0) ? nil : .noModule($0) }
        case .file(let file):
            if SystemdCredential(path: file) != nil, !FileAccess.exists(file) { return nil }
            if case .credential? = key.passphrase, Environment["CREDENTIALS_DIRECTORY"] == nil { return nil }
            do throws(RotationError) {
                let loaded = try KeyLoading(key: key, observer: SilentObserver()).load()
                guard let certificate, loaded.publicKey.identity != certificate.publicKey.identity else { return nil }
                return .other(certificate: path)
            } catch {
                return .error(error)
            }
        }
    }
}

/// A file that systemd hands over while a unit runs: `/run/credentials/UNIT/NAME` (systemd.exec(5)).
struct SystemdCredential: Equatable {
    let unit: String
    let name: String

    /// Nil for any other path.
    init?(path: String) {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count == 4, parts[0] == "run", parts[1] == "credentials" else { return nil }
        (unit, name) = (parts[2], parts[3])
    }
}

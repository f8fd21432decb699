import Issuing
import RotationModel
import System

/// Keys that systemd is to hand over: whether the unit that starts the job does.
struct CredentialCondition: Condition {
    struct Credential: Equatable {
        let unit: String
        let name: String
        /// Whether a line of the unit hands it over.
        let isLoaded: Bool
        /// The file that it is made of, where it is not there, as far as this user may look.
        let missingFile: String?
    }

    let credentials: [Credential]

    var findings: [Finding] {
        credentials.compactMap { credential in
            if !credential.isLoaded {
                return Finding(
                    "credential", at: credential.unit,
                    "rotation.yaml names its credential \(credential.name), and no LoadCredential= hands that over",
                    remedy:
                        "systemctl edit \(credential.unit): [Service] LoadCredential=\(credential.name):/etc/rotation-job/authorities/\(credential.name)"
                )
            }
            return credential.missingFile.map {
                Finding(
                    "credential-file", at: $0,
                    "there is no such file, and \(credential.unit) cannot start without it",
                    remedy:
                        "put the key there (mode 0600, root's), or name another file: systemctl edit \(credential.unit)"
                )
            }
        }
    }
}

extension CredentialCondition {
    /// Looks at the units that start the job; where there is none of a credential's name, nothing can be said.
    init(_ workspace: Workspace, _ starters: Starters) {
        let keys =
            workspace.configuration.authorities.compactMap(\.key)
            + [workspace.configuration.manifests?.key].compactMap { $0 }
        let named = keys.compactMap { key -> SystemdCredential? in
            if case .file(let path) = key.source { SystemdCredential(path: path) } else { nil }
        }
        credentials = named.compactMap { credential in
            guard let service = starters.services.first(where: { $0.name == credential.unit }) else { return nil }
            let source = CredentialCondition.source(of: credential.name, in: service.text)
            let missing = source.flatMap { CredentialCondition.isMissing($0) ? $0 : nil }
            return Credential(
                unit: credential.unit, name: credential.name, isLoaded: source != nil, missingFile: missing)
        }
    }

    /// The file after `LoadCredential=NAME:` or `LoadCredentialEncrypted=NAME:`; the last line counts.
    static func source(of name: String, in unit: String) -> String? {
        unit.split(separator: "\n").compactMap { line -> String? in
            for key in ["LoadCredential=", "LoadCredentialEncrypted="] where line.hasPrefix("\(key)\(name):") {
                return String(line.dropFirst(key.utf8.count + name.utf8.count + 1))
            }
            return nil
        }.last
    }

    /// A folder that is closed to this user hides whether it is there.
    private static func isMissing(_ path: String) -> Bool {
        !FileAccess.exists(path) && FileAccess.mayRead(Files.folder(of: path))
            && FileAccess.mayExecute(Files.folder(of: path))
    }
}

import Issuing
import RotationModel

/// Who signs, and by what certificates.
struct AuthorityCondition: Condition {
    /// The file that says who.
    let configuration: String
    let hasAuthorities: Bool
    let hasManifestKey: Bool
    /// Why the certificates cannot be used; nil where they can.
    var error: RotationError?

    var findings: [Finding] {
        var found: [Finding] = []
        if !hasAuthorities {
            found.append(
                Finding(
                    "no-authority", at: configuration, "it names no authority: nothing can be issued",
                    remedy:
                        "add `authorities: [{ name: fleet-ca-1, certificate: authorities/ca-1.pem, key: { file: authorities/ca-1.key } }]`, or try it out: `rotation-job init DIR --with-authority`"
                ))
        }
        if !hasManifestKey {
            found.append(
                Finding(
                    "no-manifest-key", at: configuration, "it names no key for manifests: devices could believe none",
                    remedy:
                        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out authorities/manifest.key, and add `manifests: { key: { file: authorities/manifest.key } }`"
                ))
        }
        return found + (error.map { [Finding("authority", $0)] } ?? [])
    }
}

extension AuthorityCondition {
    /// Looks.
    init(_ workspace: Workspace) {
        configuration = workspace.configuration.path
        hasAuthorities = !workspace.configuration.authorities.isEmpty
        hasManifestKey = workspace.configuration.manifests != nil
        do {
            _ = try workspace.authorities()
        } catch {
            self.error = error as? RotationError ?? RotationError(.configuration, "\(error)", at: configuration)
        }
    }
}

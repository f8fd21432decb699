import PKI
import RotationModel
import System

/// The keys that a run signs with, loaded and checked before it does anything.
package struct SigningKeys: Sendable {
    package let authorities: [String: Authority]
    /// Those whose keys are elsewhere, by name.
    package let external: [String: ExternalIssuer]
    package let manifests: PrivateKey
    package let manifestValidity: TimeSpan

    /// - Parameters:
    ///   - names: the authorities that a policy can come to need. Others are left alone: a run does not fail for a key that it
    ///     never uses.
    ///   - folder: where external issuers' programs run.
    package static func load(
        _ manifests: ManifestConfiguration, _ directory: AuthorityDirectory, needing names: Set<String>, folder: String,
        observer: any RunObserver = SilentObserver()
    ) throws -> SigningKeys {
        var authorities: [String: Authority] = [:]
        var external: [String: ExternalIssuer] = [:]
        for name in names.sorted() {
            guard let entry = directory[name] else { continue }
            switch entry.configuration.signing {
            case .key(let key):
                authorities[name] = try Authority(
                    name: name, certificate: entry.certificate, chain: entry.chain,
                    key: try KeyLoading(key: key, observer: observer).load())
            case .issuer(let issuer):
                external[name] = try ExternalIssuer(
                    entry, issuer: issuer, folder: folder, observer: observer)
            }
        }
        return SigningKeys(
            authorities: authorities, external: external,
            manifests: try KeyLoading(key: manifests.key, observer: observer).load(),
            manifestValidity: manifests.validity)
    }

    /// Lets the programs end that speak for external issuers.
    package func endIssuers() async {
        await withTaskExecutorPreference(BlockingThreads.shared) {
            for authority in external.values { await authority.end() }
        }
    }
}

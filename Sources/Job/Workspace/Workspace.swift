import Basics
import Delivery
import Fleet
import Issuing
import LocatedYAML
import PKI
import Planning
import Policy
import RotationModel
import System

/// Everything that a `rotation.yaml` leads to: where the inventory, the policies, the inbox and the published tree are, and who signs.
///
/// Opening one reads the configuration alone. Each part is read when it is asked for, with the error that belongs to it.
package struct Workspace: Sendable {
    package let configuration: WorkspaceConfiguration

    /// - Parameter path: what `--config` says; nil looks for `./rotation.yaml`, then `/etc/rotation-job/rotation.yaml`.
    package init(configuredBy path: String?) throws {
        let path = WorkspaceConfiguration.find(explicit: path)
        try Guarded.require(path, in: WorkspacePath.folder(of: path))
        configuration = try WorkspaceConfiguration.load(path: path)
    }

    /// Whether there is one where ``init(configuredBy:)`` looks by itself.
    package static func exists() -> Bool {
        WorkspaceConfiguration.standardPaths.contains { Files.exists($0) }
    }

    package var inbox: Inbox { Inbox(root: configuration.inbox.path, acceptsGate: configuration.gate != nil) }
    package var delivery: DeliveryTree { DeliveryTree(root: configuration.delivery) }

    /// Whether there is one, as far as this host can say without asking a server.
    var hasInventory: Bool { configuration.inventory.file.map { Files.exists($0) } ?? true }

    package func openInventory(_ access: InventoryAccess) throws -> any FleetStore {
        try open(configuration.inventory, access)
    }

    /// Opens a copy of the inventory, to look at it.
    func openBackup(_ path: String) throws -> any FleetStore { try open(.sqlite(path), .readOnly) }

    /// Opens an inventory that is not, or not yet, the workspace's.
    func open(_ location: InventoryLocation, _ access: InventoryAccess) throws -> any FleetStore {
        try location.open(
            access, sha256: SHA256.digest,
            keys: KeyReaders(
                certificate: { der throws(RotationError) in CertificateColumns(try Certificate(inFieldReading: der)) },
                publicKey: { spki throws(RotationError) in try PublicKeyInfo(der: spki).identity }))
    }

    /// Reads devices and their certificates in, under the workspace's lock: what a run decides on must not change under it.
    ///
    /// - Throws: ``RotationError/Code/locked`` where a run is under way for longer than the patience lasts; then nothing went in.
    package func importFleet(
        from path: String, options: ImportOptions, patience: LockPatience = LockPatience(.zero),
        rejected: (RejectedRow) -> Void,
        progress: (_ bytesDone: Int64, _ bytesTotal: Int64, _ devices: Int) -> Void
    ) throws -> ImportSummary {
        let lock = try FileLock(for: configuration, patience)
        defer { withExtendedLifetime(lock) {} }
        let keys = PrivateKeysInImport()
        let reader = FieldCertificates(authorities: try authorities(), keys: keys)
        let inventory = try openForChange()
        let claim = try inventory.claimRuns()
        defer { withExtendedLifetime(claim) {} }
        if let run = try inventory.runAtWork() {
            throw RotationError(
                .locked, "a run is under way (process \(run.pid)), though its lock file was removed or replaced",
                at: configuration.inventory.text, advice: "wait until it has ended, then start again")
        }
        var summary = try inventory.importFleet(
            from: path, options: options, reader: { reader.read($0) }, rejected: rejected, progress: progress)
        summary.add(notes: keys.notes)
        return summary
    }

    /// The policies, checked against the authorities.
    ///
    /// - Throws: ``PolicyMistakes`` with every mistake in the files at once.
    package func loadPolicies() throws -> (set: PolicySet, edition: PolicyEdition) {
        let files = try readPolicies()
        let loaded = PolicySet.load(files, authorities: try authorities().facts, sha256: SHA256.digest)
        guard let set = loaded.set else { throw PolicyMistakes(diagnostics: loaded.diagnostics) }
        return (set, PolicyEdition(of: files))
    }

    /// The files of the configuration, which nobody but root and the job's user may be able to change.
    func readPolicies() throws(RotationError) -> [SourceFile] {
        let files = try PolicyFiles.read(configuration.policies, root: configuration.root)
        for path in configuration.policies + files.map({ WorkspacePath.resolve($0.path, from: configuration.root) }) {
            try Guarded.require(path, in: configuration.root)
        }
        return files
    }

    /// Files that a person named: that one is missing is their mistake, not the configuration's.
    static func policyFiles(named paths: [String]) throws -> [SourceFile] {
        do {
            return try PolicyFiles.read(paths)
        } catch  where error.code == .configuration {
            throw RotationError(
                .badInput, error.message, at: error.place, advice: "name policy files, or folders of them")
        }
    }

    /// Certificates and chains of the authorities. Keys stay where they are.
    func authorities() throws -> AuthorityDirectory {
        AuthorityDirectory(
            try configuration.authorities.map { authority in
                let certificates = try Workspace.certificates(in: authority.certificate)
                guard let certificate = certificates.first else {
                    throw RotationError(.configuration, "it holds no certificate", at: authority.certificate)
                }
                guard certificate.isAuthority, certificate.keyUsage?.contains(.keyCertSign) ?? true else {
                    throw RotationError(
                        .configuration, "it is not the certificate of an authority: it may not sign certificates",
                        at: authority.certificate, advice: "name a certificate with CA:TRUE and keyCertSign")
                }
                let chain = try authority.chain.flatMap { try Workspace.certificates(in: $0) }
                return AuthorityDirectory.Entry(
                    configuration: authority, certificate: certificate, chain: certificates.dropFirst() + chain)
            },
            manifestKeys: delivery.publishedKeys().map(JSONWebKeySet.identities) ?? [])
    }

    /// The authorities whose keys a run needs: those that policies issue by, and those that verifiers expect a CRL of.
    func signingAuthorities(_ policies: PolicySet, at: Timestamp) -> Set<String> {
        Set(policies.policies.map(\.profile.authority))
            .union(
                configuration.authorities.filter { $0.crlURL != nil && ($0.revokedAt.map { $0 > at } ?? true) }.map(
                    \.name))
    }

    /// Loads the keys of those authorities, and the one for manifests.
    func signingKeys(
        _ directory: AuthorityDirectory, needing names: Set<String>, observer: any RunObserver
    ) throws -> SigningKeys {
        guard let manifests = configuration.manifests else {
            throw RotationError(
                .configuration, "there is no key to sign manifests with", at: configuration.path,
                advice: "add `manifests: { key: { file: authorities/manifest.key } }`")
        }
        return try SigningKeys.load(
            manifests, directory, needing: names, folder: configuration.root, observer: observer)
    }

    private static func certificates(in path: String) throws(RotationError) -> [Certificate] {
        do {
            return try Certificate.all(reading: try Files.read(path, limit: 1 << 20, followsLinks: true))
        } catch {
            throw RotationError(
                error.code == .permission ? .permission : .configuration,
                "the authority's certificate cannot be read: \(error.message)", at: path, advice: error.advice)
        }
    }
}

/// Policy files with mistakes in them: every one, with its place.
package struct PolicyMistakes: Error {
    package let diagnostics: [Diagnostic]
}

extension PolicyMistakes: CustomStringConvertible {
    /// For who has one line to say it in: how many there are, and the first.
    package var description: String {
        let mistakes = diagnostics.filter { $0.severity == .error }
        let first = mistakes.first.map { ": \($0.place): \($0.message)" } ?? ""
        return "\(counted(mistakes.count, "mistake")) in the policies\(first)"
    }
}

extension PolicyEdition {
    /// Over names, lengths and bytes in order: any edit of any file makes another edition.
    init(of files: [SourceFile]) {
        var content: [UInt8] = []
        for file in files {
            content += Array("\(file.path.utf8.count):\(file.path):\(file.bytes.count):".utf8)
            content += file.bytes
        }
        self.init(digest: "sha256:\(SHA256.digest(content).hex)", files: files.count)
    }
}

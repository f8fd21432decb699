import Fleet
import RotationModel
import System

/// Where a new workspace's fleet comes from.
package struct FleetOrigin {
    package enum Kind: String, CaseIterable, Sendable {
        /// A directory of `openssl ca` or easy-rsa, which goes on issuing.
        case opensslCA = "openssl-ca"
        case csv
        /// A folder with what the AWS CLI prints.
        case awsIoT = "aws-iot"
    }

    /// The account of devices that come from where there is none.
    package static let account = "fleet"
    /// The program that asks a directory of `openssl ca`, where packages have it.
    private static let issuers = ["/usr/lib/rotation-job/issuers", "/usr/local/lib/rotation-job/issuers"]

    let kind: Kind
    let path: String
    private let directory: OpenSSLDirectory?

    /// Looks whether it is there, and what it says it is.
    package init(_ kind: Kind, at path: String) throws(RotationError) {
        self.kind = kind
        self.path = path
        directory = kind == .opensslCA ? try OpenSSLDirectory(reading: path) : nil
        guard Files.exists(path) else {
            throw RotationError(.badInput, "there is no such file or folder", at: path)
        }
    }

    /// What `rotation.yaml` says of who signs; nil where the origin has no authority.
    func authority(certificate: String) -> String? {
        guard let directory else { return nil }
        let program = FleetOrigin.issuers.first(where: Files.isFolder) ?? FleetOrigin.issuers[0]
        let settings = directory.configuration ?? "\(directory.root)/openssl.cnf"
        let command = "command: [\(program)/openssl-ca, --config, \(quoted(settings))]"
        let hint =
            directory.configuration == nil
            ? "# There was no openssl.cnf in it: write one, or let this job sign: key: { file: KEY } in place of command.\n"
            : ""
        return """
            # From \(directory.root): it goes on issuing, by its own openssl.cnf (docs/issuers.md), and publishes its own CRL.
            \(hint)authorities:
              - name: fleet-ca-1
                certificate: \(certificate)
                chain: []
                \(command)
            manifests: { key: { file: authorities/manifest.key }, validity: 30d }

            """
    }

    /// By YAML's rules, whatever a folder is called.
    private func quoted(_ path: String) -> String {
        "\"\(path.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }

    func authorityCertificate() throws(RotationError) -> [UInt8]? {
        guard let directory else { return nil }
        return try Files.read(directory.authority, limit: 1 << 20, followsLinks: true)
    }

    /// What is imported, and in which form; of a directory it is written to a file of the workspace first, to be looked at.
    func input(in root: String, at: Timestamp) throws(RotationError) -> (
        path: String, format: ImportFormat, passedOver: [String]
    ) {
        switch kind {
        case .csv: return (path, .csv, [])
        case .awsIoT: return (path, .awsIoT, [])
        case .opensslCA:
            let file = "\(root)/openssl-ca.ndjson"
            let fleet = directory?.fleet(account: FleetOrigin.account, at: at) ?? OpenSSLDirectory.Fleet()
            try Files.replace(file, with: fleet.lines, mode: Files.groupReadable)
            return (file, .ndjson, fleet.passedOver)
        }
    }
}

extension WorkspaceMaker {
    package struct FromOrigin {
        package let items: [Item]
        package let summary: ImportSummary
        /// How many certificates were not even tried.
        package let passedOver: Int
    }

    /// Makes a workspace and reads a fleet into it. Where there is one already it is kept as it is, and the fleet is read in again, which changes nothing.
    ///
    /// - Parameter withAuthority: as of ``make(withAuthority:)``; not for an origin that brings its own.
    package func make(
        from origin: FleetOrigin, withAuthority: Bool, registry: Registry? = nil, actor: String,
        rejected: (RejectedRow) -> Void,
        passedOver: (String) -> Void
    ) throws -> FromOrigin {
        let items = try makeItems(from: origin, withAuthority: withAuthority, registry: registry)
        let now = clock.now()
        let input = try origin.input(in: root, at: now)
        input.passedOver.forEach(passedOver)
        let summary = try Workspace(configuredBy: "\(root)/rotation.yaml").importFleet(
            from: input.path, options: ImportOptions(format: input.format, at: now, actor: actor), rejected: rejected,
            progress: { _, _, _ in })
        return FromOrigin(items: items, summary: summary, passedOver: input.passedOver.count)
    }

    private func makeItems(from origin: FleetOrigin, withAuthority: Bool, registry: Registry?) throws -> [Item] {
        let certificate = "authorities/ca-1.pem"
        guard let authority = origin.authority(certificate: certificate), let bytes = try origin.authorityCertificate()
        else { return try make(withAuthority: withAuthority, registry: registry) }
        return try make(authorities: authority, registry: registry) {
            try Files.makeFolder("\(root)/authorities", mode: 0o700)
            return [try file(certificate, String(decoding: bytes, as: UTF8.self), mode: 0o644), try makeManifestKey()]
        }
    }
}

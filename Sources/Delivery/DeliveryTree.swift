public import PKI
public import RotationModel
import Synchronization

/// The folder that devices fetch from: manifests by device, authorities' chains and revocation lists, and the keys that
/// manifests verify with.
public final class DeliveryTree: Sendable {
    public let root: String
    /// Folders that are known to be there. 65,536 at the most, since four hexadecimal digits name them.
    private let folders = Mutex<Set<String>>([])

    /// Folders of the tree are open to every reader: nothing in it is secret.
    static let folderMode: UInt32 = 0o755

    public init(root: String) {
        self.root = root
    }

    /// `manifests/AB/CD/NAME.jws`, relative to the root.
    public static func manifestPath(of device: DeviceID) -> String {
        let (folder, name) = manifestPlace(of: device)
        return "\(folder)/\(name)"
    }

    private static func manifestPlace(of device: DeviceID) -> (folder: String, name: String) {
        let hex = DeviceFileName.digest(of: device).hex
        return ("manifests/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))", DeviceFileName.encode(device) + ".jws")
    }

    /// A manifest that lies beside its place under a hidden name, and waits for ``rename(_:)``.
    public struct Staged: Sendable {
        let stagedPath: String
        let path: String
    }

    /// Writes a signed manifest beside its place. Nobody reads it there.
    public func stage(_ jws: [UInt8], for device: DeviceID) throws(RotationError) -> Staged {
        let (folder, name) = DeliveryTree.manifestPlace(of: device)
        try ensure(folder)
        let path = "\(root)/\(folder)/\(name)"
        let staged = Files.stagingPath(of: path)
        try Files.writeStaged(jws, to: staged, mode: Files.published)
        return Staged(stagedPath: staged, path: path)
    }

    /// Makes durable what was written and renamed so far.
    ///
    /// It has to stand between staging and renaming, so that no name ever leads to half a manifest, not even after a power
    /// failure; and between renaming and the record that says a manifest is published.
    public func synchronize() throws(RotationError) {
        try Files.synchronizeFileSystem(of: root)
    }

    /// Puts a batch in place that was made durable.
    public func rename(_ batch: [Staged]) throws(RotationError) {
        for staged in batch { try Files.rename(staged.stagedPath, to: staged.path) }
    }

    /// `keys.json`: the JWK set (RFC 7517, section 5) that manifests verify with.
    public func publishKeys(_ keys: [(key: JSONWebKey, algorithm: JWSAlgorithm)]) throws(RotationError) {
        var json = JSONWriter()
        json.object { json in
            json.key("keys")
            json.array { json in keys.forEach { json.raw($0.key.json(alg: $0.algorithm)) } }
        }
        json.newline()
        try Files.makeFolder(root, mode: DeliveryTree.folderMode)
        try Files.replaceIfDifferent("\(root)/keys.json", with: json.bytes, mode: Files.published)
    }

    /// `authorities/NAME.pem`: the authority's certificate and those above it.
    public func publishChain(of authority: String, _ chain: [Certificate]) throws(RotationError) {
        try ensure("authorities")
        let pem = chain.map(\.pem).joined()
        try Files.replaceIfDifferent(
            "\(root)/authorities/\(authority).pem", with: Array(pem.utf8), mode: Files.published)
    }

    /// `crl/FILE`: a certificate revocation list, in DER as its distribution point has it (RFC 5280, 4.2.1.13).
    public func publishRevocationList(_ file: String, _ der: [UInt8]) throws(RotationError) {
        try ensure("crl")
        try Files.replace("\(root)/crl/\(file)", with: der, mode: Files.published)
    }

    /// The list as devices see it now; nil where there is none.
    public func revocationList(_ file: String) throws(RotationError) -> [UInt8]? {
        let path = "\(root)/crl/\(file)"
        guard Files.exists(path) else { return nil }
        return try Files.read(path, limit: RevocationList.largest)
    }

    public func hasRevocationList(_ file: String) -> Bool { Files.exists("\(root)/crl/\(file)") }

    private func ensure(_ folder: String) throws(RotationError) {
        if folders.withLock({ $0.contains(folder) }) { return }
        try Files.makeFolder("\(root)/\(folder)", mode: DeliveryTree.folderMode)
        folders.withLock { _ = $0.insert(folder) }
    }
}

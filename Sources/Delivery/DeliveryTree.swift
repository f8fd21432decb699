import Basics
import PKI
import RotationModel
import Synchronization
import System

/// The folder that devices fetch from: manifests by device, authorities' chains and revocation lists, and the keys that
/// manifests verify with.
///
/// It is opened once, and no link in it is followed: a folder in it that was replaced by a link is an error, and nothing elsewhere is
/// written over.
package final class DeliveryTree: Sendable {
    package let root: String

    private struct Opened {
        var root: Folder?
        /// Folders that are known to be there. 65,536 at the most, since four hexadecimal digits name them.
        var known: Set<String> = []
    }
    private let opened = Mutex(Opened())

    /// Folders of the tree are open to every reader: nothing in it is secret.
    static let folderMode: UInt32 = 0o755

    package init(root: String) {
        self.root = root
    }

    /// `manifests/AB/CD/NAME.jws`, relative to the root.
    package static func manifestPath(of device: DeviceID) -> String {
        let (folder, name) = manifestPlace(of: device)
        return (folder + [name]).joined(separator: "/")
    }

    static func manifestPlace(of device: DeviceID) -> (folder: [String], name: String) {
        let digest = DeviceFileName.digest(of: device).bytes
        return (
            ["manifests", Hex.encode(digest.prefix(1)), Hex.encode(digest.dropFirst().prefix(1))],
            DeviceFileName.encode(device) + ".jws"
        )
    }

    /// A manifest that lies beside its place under a hidden name, and waits for ``rename(_:)``.
    package struct Staged: Sendable {
        let folder: [String]
        let name: String
    }

    /// Writes a signed manifest beside its place. Nobody reads it there.
    package func stage(_ jws: [UInt8], for device: DeviceID) throws(RotationError) -> Staged {
        let (folder, name) = DeliveryTree.manifestPlace(of: device)
        try self.folder(folder).stage(jws, as: name, mode: Files.published)
        return Staged(folder: folder, name: name)
    }

    /// Makes durable what was written and renamed so far.
    ///
    /// It has to stand between staging and renaming, so that no name ever leads to half a manifest, not even after a power
    /// failure; and between renaming and the record that says a manifest is published.
    package func synchronize() throws(RotationError) {
        try openedRoot().synchronizeFileSystem()
    }

    /// Puts a batch in place that was made durable.
    package func rename(_ batch: [Staged]) throws(RotationError) {
        let root = try openedRoot()
        for staged in batch { try root.folder(below: staged.folder).putInPlace(staged.name) }
    }

    /// Removes what a run that died had begun to write of what every run writes. A manifest's is written over when it is published again: it
    /// was recorded before.
    package func removeLeftovers() throws(RotationError) {
        guard FileIdentity.following(root) != nil else { return }
        let root = try openedRoot()
        try root.removeStaged()
        for name in ["authorities", "crl"] where root.contains(name) { try root.folder(name).removeStaged() }
    }

    /// `keys.json`: the JWK set (RFC 7517, section 5) that manifests verify with.
    package func publishKeys(_ keys: [(key: JSONWebKey, algorithm: JWSAlgorithm)]) throws(RotationError) {
        try Files.makeFolder(root, mode: DeliveryTree.folderMode)
        try openedRoot().replaceIfDifferent("keys.json", with: DeliveryTree.keySet(keys), mode: Files.published)
    }

    /// What ``publishKeys(_:)`` publishes, byte for byte.
    package static func keySet(_ keys: [(key: JSONWebKey, algorithm: JWSAlgorithm)]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("keys")
            json.array { json in keys.forEach { json.raw($0.key.json(alg: $0.algorithm)) } }
        }
        json.newline()
        return json.bytes
    }

    /// `keys.json` as it was published last; nil where there is none that can be read.
    package func publishedKeys() -> [UInt8]? {
        guard FileIdentity.following(root) != nil, let root = try? openedRoot() else { return nil }
        return try? root.read("keys.json", limit: 1 << 20).bytes
    }

    /// `authorities/NAME.pem`: the authority's certificate and those above it.
    package func publishChain(of authority: String, _ chain: [Certificate]) throws(RotationError) {
        let pem = chain.map(\.pem).joined()
        try folder(["authorities"])
            .replaceIfDifferent("\(authority).pem", with: Array(pem.utf8), mode: Files.published)
    }

    /// `crl/FILE`: a certificate revocation list, in DER as its distribution point has it (RFC 5280, 4.2.1.13).
    package func publishRevocationList(_ file: String, _ der: [UInt8]) throws(RotationError) {
        try folder(["crl"]).replace(file, with: der, mode: Files.published)
    }

    /// The list as devices see it now; nil where there is none.
    package func revocationList(_ file: String) throws(RotationError) -> [UInt8]? {
        guard let folder = try revocationLists(), folder.contains(file) else { return nil }
        do {
            return try folder.read(file, limit: RevocationList.largest).bytes
        } catch {
            throw error.error
        }
    }

    private func revocationLists() throws(RotationError) -> Folder? {
        guard FileIdentity.following(root) != nil else { return nil }
        let root = try openedRoot()
        return root.contains("crl") ? try root.folder("crl") : nil
    }

    private func openedRoot() throws(RotationError) -> Folder {
        try opened.withLock { state throws(RotationError) in
            if let root = state.root { return root }
            let folder = try Folder(opening: root)
            state.root = folder
            return folder
        }
    }

    /// A folder of the tree, made where it is missing.
    private func folder(_ path: [String]) throws(RotationError) -> Folder {
        let joined = path.joined(separator: "/")
        if opened.withLock({ $0.known.contains(joined) }) { return try openedRoot().folder(below: path) }
        guard let name = path.last else {
            try Files.makeFolder(root, mode: DeliveryTree.folderMode)
            return try openedRoot()
        }
        let folder = try folder(path.dropLast()).makeFolder(name, mode: DeliveryTree.folderMode)
        opened.withLock { _ = $0.known.insert(joined) }
        return folder
    }
}

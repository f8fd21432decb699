import RotationModel
import System

/// What a server that stands in front of the tree reads of it.
///
/// Who serves devices makes a tree of its own for each request: a root that was replaced by another is found then.
extension DeliveryTree {
    /// The most bytes that are read of one published file, but for revocation lists.
    private static let largest = 1 << 20

    /// The device's manifest, as it is published now; nil where there is none.
    package func manifest(of device: DeviceID) throws(RotationError) -> [UInt8]? {
        try published(DeliveryTree.manifestPath(of: device))
    }

    /// The certificate of an authority and those above it, as PEM; nil where none is published under the name.
    ///
    /// - Parameter authority: One part of a path, as names of authorities are.
    package func chain(of authority: String) throws(RotationError) -> [UInt8]? {
        try published("authorities/\(authority).pem")
    }

    /// `keys.json`; nil where it is not published yet.
    package func keys() throws(RotationError) -> [UInt8]? { try published("keys.json") }

    private func published(_ path: String) throws(RotationError) -> [UInt8]? {
        var folder = path.split(separator: "/").map(String.init)
        let name = folder.removeLast()
        do {
            let root = try Folder(opening: root)
            let place = try folder.isEmpty ? root : root.folder(below: folder)
            return try place.read(name, limit: DeliveryTree.largest).bytes
        } catch {
            // Most of the time it is there: only where it was not read, it is looked for.
            if isMissing(path) { return nil }
            throw (error as? RotationError) ?? (error as? Folder.ReadFailure)?.error
                ?? RotationError(.io, "cannot read it: \(error)", at: "\(root)/\(path)")
        }
    }

    /// Whether nothing stands there, as far as this user may see.
    private func isMissing(_ path: String) -> Bool {
        do throws(SystemError) {
            _ = try FileIdentity(following: "\(root)/\(path)")
            return false
        } catch {
            return error == .notFound
        }
    }
}

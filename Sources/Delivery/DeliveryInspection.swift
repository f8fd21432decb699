import PKI
import RotationModel
import System

/// The published tree as it lies there, for who looks for damage: nothing is followed, made or mended.
package struct DeliveryInspection: Sendable {
    package let root: String
    /// Nil where there is no tree.
    private let opened: Folder?

    /// - Throws: where there is a tree, and it cannot be opened.
    package init(_ tree: DeliveryTree) throws(RotationError) {
        root = tree.root
        opened = FileIdentity.following(tree.root) == nil ? nil : try Folder(opening: tree.root)
    }

    package enum Found: Sendable {
        case missing
        case file([UInt8], mode: UInt32)
        /// It stands there, and is no file that can be read; why, in a sentence.
        case unreadable(String)
    }

    /// A device's manifest.
    package func manifest(of device: DeviceID) -> Found {
        let (folder, name) = DeliveryTree.manifestPlace(of: device)
        return file(folder, name, limit: DeliveryInspection.largestManifest)
    }

    /// The most bytes of a manifest that are read.
    private static let largestManifest = 1 << 20

    /// - Parameters:
    ///   - folder: names from the tree's root on; none for the root itself.
    ///   - limit: the most bytes that are read; a longer file is unreadable.
    package func file(_ folder: [String], _ name: String, limit: Int) -> Found {
        guard let opened else { return .missing }
        guard folder.isEmpty || exists(folder.joined(separator: "/")) else { return .missing }
        do {
            let place = folder.isEmpty ? opened : try opened.folder(below: folder)
            guard place.contains(name) else { return .missing }
            let content = try place.read(name, limit: limit)
            return .file(content.bytes, mode: content.identity.mode)
        } catch let failure as Folder.ReadFailure {
            return .unreadable(failure.error.message)
        } catch {
            return .unreadable("\((error as? RotationError)?.message ?? "\(error)")")
        }
    }

    /// Whether something stands at a path below the root.
    package func exists(_ path: String) -> Bool { FileIdentity.following("\(root)/\(path)") != nil }

    /// One folder of the tree, and what is in it.
    package struct Listing: Sendable {
        /// From the root on.
        package let path: [String]
        package let mode: UInt32
        /// Files and whatever else is no folder, sorted; the names that are UTF-8.
        package let files: [String]
        package let folders: [String]
    }

    /// What is in a folder of the tree; nil where there is no such folder.
    package func listing(_ path: [String]) throws(RotationError) -> Listing? {
        guard let opened, path.isEmpty || exists(path.joined(separator: "/")) else { return nil }
        let folder = path.isEmpty ? opened : try opened.folder(below: path)
        var (files, folders): ([String], [String]) = ([], [])
        for name in try folder.names() {
            if folder.identity(of: name)?.kind == .folder { folders.append(name) } else { files.append(name) }
        }
        return Listing(path: path, mode: try folder.identity().mode, files: files, folders: folders)
    }

    /// What stands at a name; nil where nothing does.
    package func identity(_ folder: [String], _ name: String) -> FileIdentity? {
        guard let opened, let place = try? folder.isEmpty ? opened : opened.folder(below: folder) else { return nil }
        return place.identity(of: name)
    }

    /// Whose manifest a file is by its name and place, in the long form a digest that only the inventory can tell; nil where the name is
    /// nobody's, or the place another's.
    ///
    /// - Parameter longNames: devices whose ids are too long for names, by the digest of the id.
    package static func device(
        ofManifest name: String, in folder: [String], longNames: [SHA256Digest: DeviceID]
    ) -> DeviceID? {
        guard name.hasSuffix(".jws"), let decoded = try? DeviceFileName.decode(String(name.dropLast(4))) else {
            return nil
        }
        let device: DeviceID? =
            switch decoded {
            case .device(let device): device
            case .digest(let digest): longNames[digest]
            }
        guard let device, DeliveryTree.manifestPlace(of: device).folder == folder else { return nil }
        return device
    }
}

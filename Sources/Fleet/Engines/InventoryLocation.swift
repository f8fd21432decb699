import RotationModel
import System

/// Where an inventory is, and so in which engine.
package enum InventoryLocation: Sendable, Equatable {
    /// A file.
    case sqlite(String)
    case postgres(PostgresLocation)

    /// As people name it.
    package var text: String {
        switch self {
        case .sqlite(let path): path
        case .postgres(let location): location.text
        }
    }

    /// The file; nil where it is in no file of this host.
    package var file: String? { if case .sqlite(let path) = self { path } else { nil } }

    /// Why somebody on the way to it could pretend to be it; nil where nobody could.
    package var weakness: String? { if case .postgres(let location) = self { location.weakness } else { nil } }

    /// Whether there is one.
    ///
    /// - Throws: ``RotationError/Code/io`` or ``RotationError/Code/permission`` where the server cannot be asked.
    package func exists() throws(RotationError) -> Bool {
        switch self {
        case .sqlite(let path): Files.exists(path)
        case .postgres(let location): try PostgresEngine.hasRegistry(at: location)
        }
    }

    /// Makes an empty one.
    ///
    /// - Throws: ``RotationError/Code/io`` where there is one already, or it cannot be made.
    package func create(sha256: @escaping SHA256Function) throws(RotationError) -> any FleetStore {
        switch self {
        case .sqlite(let path): try SQLFleet.create(sqlite: path, sha256: sha256)
        case .postgres(let location): try SQLFleet.create(postgres: location, sha256: sha256)
        }
    }

    /// Opens the one that is there. One of an older version is brought up to date, where the access allows it.
    ///
    /// - Parameter keys: For one of a version that did not know what a key is yet, only how it is written.
    /// - Throws: ``RotationError/Code/inventory`` where there is none, or one of a newer version; ``RotationError/Code/permission`` or
    ///   ``RotationError/Code/io`` where it cannot be reached.
    package func open(
        _ access: InventoryAccess, sha256: @escaping SHA256Function, keys: KeyReaders
    ) throws(RotationError) -> any FleetStore {
        switch self {
        case .sqlite(let path): try SQLFleet(sqlite: path, access: access, sha256: sha256, keys: keys)
        case .postgres(let location): try SQLFleet(postgres: location, access: access, sha256: sha256)
        }
    }
}

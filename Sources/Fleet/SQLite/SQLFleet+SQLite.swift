import RotationModel
import System

extension SQLFleet {
    /// Makes an empty inventory, in a file of mode 0640.
    ///
    /// - Throws: ``RotationError/Code/io`` where the file exists or cannot be made.
    package static func create(sqlite path: String, sha256: @escaping SHA256Function) throws(RotationError) -> SQLFleet
    {
        do {
            // The umask may take no bits away: the owner's group is meant to read it.
            _ = try OpenFile(making: path, mode: 0o640)
        } catch {
            throw RotationError(
                error.isDenied ? .permission : .io, "the inventory cannot be made: \(error)", at: path,
                advice: error == .exists ? "an inventory is never overwritten; name another file" : "")
        }
        return SQLFleet(
            try SQLiteEngine(path: path, access: .readWrite, purpose: .creating, keys: nil), sha256: sha256)
    }

    /// Opens an inventory that exists. One of an older version is brought up to date, where the access allows it.
    ///
    /// - Parameter keys: For one of a version that did not know what a key is yet, only how it is written.
    /// - Throws: ``RotationError/Code/inventory`` where the file is missing, no inventory, or of a newer version;
    ///   ``RotationError/Code/permission`` or ``RotationError/Code/io`` where it cannot be read or written.
    package convenience init(
        sqlite path: String, access: InventoryAccess, sha256: @escaping SHA256Function, keys: KeyReaders
    ) throws(RotationError) {
        try SQLFleet.checkFile(path, access: access)
        let engine = try SQLiteEngine(
            path: path, access: access, purpose: access == .readWrite ? .writing : .reading, keys: keys)
        self.init(engine, sha256: sha256)
    }

    private static func checkFile(_ path: String, access wanted: InventoryAccess) throws(RotationError) {
        let found: FileIdentity
        do {
            found = try FileIdentity(following: path)
        } catch {
            throw error == .notFound
                ? RotationError(
                    .inventory, "there is no inventory", at: path,
                    advice: "make one with `rotation-job init`, or name the right file in rotation.yaml")
                : RotationError(.io, "the inventory cannot be read: \(error)", at: path)
        }
        guard found.kind == .regular else {
            throw RotationError(
                .inventory, "the inventory is not a file", at: path, advice: "name the SQLite file in rotation.yaml")
        }
        guard FileAccess.mayRead(path), wanted == .readOnly || SQLiteConnection.mayWrite(path) else {
            throw RotationError(
                .permission,
                "this user may not \(wanted == .readOnly ? "read" : "write") the inventory, or not the folder it is in",
                at: path, advice: "run as the user that owns it, or change the owner or the mode")
        }
    }
}

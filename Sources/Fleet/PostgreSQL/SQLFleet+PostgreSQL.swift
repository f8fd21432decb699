import RotationModel

extension SQLFleet {
    /// Makes an empty registry in a schema that has none.
    ///
    /// - Throws: ``RotationError/Code/io`` where there is one already, or the server cannot be reached.
    package static func create(
        postgres location: PostgresLocation, sha256: @escaping SHA256Function
    ) throws(RotationError) -> SQLFleet {
        SQLFleet(try PostgresEngine(location, access: .readWrite, purpose: .creating, sha256: sha256), sha256: sha256)
    }

    /// Opens a registry that exists.
    ///
    /// - Throws: ``RotationError/Code/inventory`` where there is none, or one of another version; ``RotationError/Code/permission`` or
    ///   ``RotationError/Code/io`` where the server cannot be reached or lets nobody in.
    package convenience init(
        postgres location: PostgresLocation, access: InventoryAccess, sha256: @escaping SHA256Function
    ) throws(RotationError) {
        self.init(try PostgresEngine(location, access: access, purpose: .writing, sha256: sha256), sha256: sha256)
    }
}

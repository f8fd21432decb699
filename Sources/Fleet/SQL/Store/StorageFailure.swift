import RotationModel

/// What is wrong with what the tables hold.
enum StorageFailure {
    /// A stored value that this version cannot read.
    static func unreadable(_ what: String) -> RotationError {
        RotationError(
            .inventory, "the inventory holds \(what), which this version cannot read",
            advice: "use the version of rotation-job that wrote it, or restore a backup")
    }
}

import RotationModel

/// Copies of the whole registry.
package protocol BackupStore {
    /// Writes the registry, as it is committed at one moment, into a file that it makes with mode 0600. Whoever writes the registry meanwhile is
    /// not held up, and nothing of what they write is in it. When this returns the copy is durable.
    ///
    /// - Throws: ``RotationError/Code/io`` where the file exists or cannot be written.
    func backUp(to path: String) throws(RotationError)
}

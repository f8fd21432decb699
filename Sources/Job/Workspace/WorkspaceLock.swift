import RotationModel
import System

extension FileLock {
    /// One run at a time in a workspace.
    ///
    /// - Throws: ``RotationModel/RotationError/Code/locked`` where another process holds it.
    package init(for configuration: WorkspaceConfiguration) throws(RotationError) {
        try self.init(configuration.inventory + ".lock")
    }
}

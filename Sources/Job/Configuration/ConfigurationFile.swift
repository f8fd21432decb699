import RotationModel
import System

/// Reads files that people write: `rotation.yaml` and policies. Whatever is in the way becomes an error that says so.
enum ConfigurationFile {
    /// Reads a regular file, at most `limit` bytes and one more, by which the caller can tell that it is longer.
    ///
    /// - Parameter missing: what to do where there is no such file.
    /// - Throws: ``RotationError/Code/configuration``, or ``RotationError/Code/permission`` where it may not be read.
    static func read(_ path: String, limit: Int, missing: String) throws(RotationError) -> [UInt8] {
        let file: OpenFile
        let kind: FileIdentity.Kind
        do {
            let opened = try OpenFile(reading: path)
            kind = try opened.identity().kind
            file = opened
        } catch {
            throw failure(error, path, missing: missing)
        }
        switch kind {
        case .regular: break
        case .folder:
            throw RotationError(.configuration, "this is a folder, not a file", at: path, advice: "name a file in it")
        case .link, .pipe, .other:
            throw RotationError(.configuration, "this is not a regular file", at: path, advice: missing)
        }
        do { return try file.bytes(atMost: limit + 1) } catch { throw failure(error, path, missing: missing) }
    }

    /// What stands at a path; nil where nothing does.
    static func kind(of path: String, missing: String) throws(RotationError) -> Kind {
        do {
            return try FileIdentity(following: path).kind == .folder ? .folder : .file
        } catch {
            throw failure(error, path, missing: missing)
        }
    }

    enum Kind { case file, folder }

    /// The names in a folder, by their bytes.
    ///
    /// - Parameter hidden: whether also those that start with a dot.
    static func names(in folder: String, hidden: Bool = false, missing: String) throws(RotationError) -> [String] {
        do {
            return try FolderListing.names(in: folder).filter { hidden || !$0.hasPrefix(".") }
        } catch {
            throw failure(error, folder, missing: missing)
        }
    }

    static func exists(_ path: String) -> Bool { FileAccess.exists(path) }

    private static func failure(_ error: SystemError, _ path: String, missing: String) -> RotationError {
        switch error {
        case .notFound, .notFolder:
            RotationError(.configuration, "there is no such file or folder", at: path, advice: missing)
        case _ where error.isDenied:
            RotationError(
                .permission, "it may not be read by this user", at: path,
                advice: "check its owner and mode, and its folder's")
        default: RotationError(.configuration, "\(error)", at: path, advice: missing)
        }
    }
}

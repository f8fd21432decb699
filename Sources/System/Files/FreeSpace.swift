import Glibc

/// What a file system has left for users without privileges.
package struct FreeSpace: Sendable, Equatable {
    package let bytes: Int64
    /// How many more files there can be; nil where the file system does not count them.
    package let files: Int64?

    package init(bytes: Int64, files: Int64?) { (self.bytes, self.files) = (bytes, files) }

    /// Nil where nothing can be said of the path.
    package init?(at path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        bytes = Int64(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
        files = status.f_files == 0 ? nil : Int64(clamping: status.f_favail)
    }
}

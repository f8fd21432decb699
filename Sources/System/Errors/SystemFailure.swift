import Glibc
import RotationModel

/// Turns a failed system call into an error that says what could not be done, where, and what to do.
package enum SystemFailure {
    /// - Parameters:
    ///   - action: what was tried, as in "cannot ACTION".
    ///   - code: the `errno` of the failed call; read it at once, before anything else runs.
    package static func error(_ action: String, _ path: String, code: Int32 = errno) -> RotationError {
        RotationError(
            kind(of: code), "cannot \(action): \(String(cString: strerror(code)))", at: path, advice: advice(for: code))
    }

    private static func kind(of code: Int32) -> RotationError.Code {
        switch code {
        case EACCES, EPERM, EROFS: .permission
        default: .io
        }
    }

    private static func advice(for code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "free some space and run again: what is not published yet goes out with the next run"
        case EFBIG: "raise the file size limit (ulimit -f) and run again"
        case EACCES, EPERM: "give the user that runs rotation-job access, and run again"
        case EROFS: "mount the file system for writing, and run again"
        case EMFILE, ENFILE: "let the process have more files open (ulimit -n, LimitNOFILE=), and run again"
        case EIO: "check the disk (dmesg), and run again"
        case ENOENT: "check the path, or make a workspace with `rotation-job init DIR`"
        default: ""
        }
    }
}

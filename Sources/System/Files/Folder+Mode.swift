import Glibc
import RotationModel

extension Folder {
    /// Gives a file or a folder in it permissions; what a link leads to is left alone.
    package func setMode(of name: String, _ mode: UInt32) throws(RotationError) {
        let file = openat(descriptor, try checked(name), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw SystemFailure.error("change its mode", shown(name)) }
        defer { close(file) }
        guard fchmod(file, mode_t(mode)) == 0 else { throw SystemFailure.error("change its mode", shown(name)) }
    }
}

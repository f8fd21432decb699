import Glibc
import RotationModel

/// A listening socket that systemd opened for this process (sd_listen_fds(3)).
package struct InheritedSocket: Hashable, Sendable {
    package enum Family: Hashable, Sendable {
        case tcp
        case unix
    }

    package let descriptor: CInt
    /// `FileDescriptorName=` of the unit that opened it; without one the unit's name.
    package let name: String
    package let family: Family

    private static let first: CInt = 3
    private static let most: CInt = 64

    /// What was handed over; the descriptors are not inherited by other programs from now on.
    ///
    /// - Throws: ``RotationError/Code/configuration`` where a descriptor is no listening stream socket.
    package static func all() throws(RotationError) -> [InheritedSocket] {
        guard let process = Environment["LISTEN_PID"], pid_t(process) == getpid(),
            let count = Environment["LISTEN_FDS"].flatMap({ CInt($0) }), count > 0
        else { return [] }
        let names = (Environment["LISTEN_FDNAMES"] ?? "").split(separator: ":", omittingEmptySubsequences: false)
        var found: [InheritedSocket] = []
        for offset in 0..<min(count, most) {
            let name = Int(offset) < names.count ? String(names[Int(offset)]) : ""
            found.append(try InheritedSocket(descriptor: first + offset, name: name))
        }
        return found
    }

    package init(descriptor: CInt, name: String) throws(RotationError) {
        let place = "socket \(name.isEmpty ? "\(descriptor)" : name) of systemd"
        guard InheritedSocket.option(SO_TYPE, of: descriptor) == CInt(SOCK_STREAM.rawValue),
            InheritedSocket.option(SO_ACCEPTCONN, of: descriptor) == 1
        else {
            throw RotationError(
                .configuration, "it is no stream socket that is listened on", at: place,
                advice: "use ListenStream= with Accept=no")
        }
        switch InheritedSocket.option(SO_DOMAIN, of: descriptor) {
        case AF_INET, AF_INET6: family = .tcp
        case AF_UNIX: family = .unix
        default: throw RotationError(.configuration, "it is neither of TCP nor a unix socket", at: place)
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        (self.descriptor, self.name) = (descriptor, name)
    }

    private static func option(_ option: CInt, of descriptor: CInt) -> CInt? {
        var (value, length) = (CInt(0), socklen_t(MemoryLayout<CInt>.size))
        return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
    }
}

import CLinux
import Glibc
import RotationModel

/// One end of a pipe. It is closed once: descriptors are numbers, and another file may have this one by then.
package final class Descriptor {
    /// Negative once it is closed.
    package private(set) var number: CInt

    init(_ number: CInt) { self.number = number }

    package var isOpen: Bool { number >= 0 }

    package func close() {
        guard isOpen else { return }
        _ = Glibc.close(number)
        number = -1
    }

    /// From now on a call that would wait fails with EAGAIN instead.
    func neverWait() { _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) }

    deinit { close() }
}

/// A pipe that a program does not inherit but for the end that it is given.
struct Pipe {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(RotationError) {
        var ends: [CInt] = [-1, -1]
        // In one call: between two, another thread's program could inherit them, and this one's reader would never see the end.
        guard pipe2(&ends, O_CLOEXEC) == 0 else {
            throw RotationError(.io, "no pipe can be made: \(String(cString: strerror(errno)))")
        }
        (reading, writing) = (Descriptor(ends[0]), Descriptor(ends[1]))
    }
}

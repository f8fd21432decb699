import Glibc

/// Waiting for pipes.
package enum ReadyDescriptors {
    /// Which of them can be read, or written, without waiting; those that are closed are passed over.
    ///
    /// - Parameter patience: how long to wait until one can; nil for as long as it takes.
    /// - Returns: the places of those that can, also where their other end is gone.
    package static func wait(
        reading: [Descriptor], writing: [Descriptor] = [], within patience: Duration? = nil
    ) -> (reading: [Int], writing: [Int]) {
        var polled =
            reading.map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
            + writing.map { pollfd(fd: $0.number, events: Int16(POLLOUT), revents: 0) }
        let milliseconds = patience.map { CInt(($0 / .milliseconds(1)).rounded(.up)) } ?? -1
        guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return ([], []) }
        let ready = polled.indices.filter { polled[$0].revents != 0 }
        return (
            ready.filter { $0 < reading.count }, ready.filter { $0 >= reading.count }.map { $0 - reading.count }
        )
    }
}

extension Descriptor {
    /// What came of reading from, or writing to, an end that never waits.
    package enum Exchange {
        case bytes(Int)
        /// Nothing now.
        case later
        /// Nothing ever again.
        case end
    }

    package func read(into buffer: inout [UInt8]) -> Exchange {
        let count = Glibc.read(number, &buffer, buffer.count)
        if count > 0 { return .bytes(count) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .later : .end
    }

    package func write(_ bytes: ArraySlice<UInt8>) -> Exchange {
        let count = bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
        if count > 0 { return .bytes(count) }
        return errno == EAGAIN || errno == EINTR ? .later : .end
    }
}

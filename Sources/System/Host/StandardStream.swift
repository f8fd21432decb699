import Glibc

/// Where a program writes by convention.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    package var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all of it.
    ///
    /// - Throws: ``SystemError/brokenPipe`` where the reader is gone.
    package func write(_ bytes: [UInt8]) throws(SystemError) {
        if let failure = Bytes.failure(writing: bytes, to: rawValue) { throw failure }
    }
}

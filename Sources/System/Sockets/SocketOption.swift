import Glibc

/// Options of TCP (tcp(7)) by number, for who sets them through another library.
package enum TCPOption {
    /// Acknowledge what came now, not some 40 ms later. It lasts for a moment, and is to be set again.
    package static let quickAcknowledgement = CInt(TCP_QUICKACK)
}

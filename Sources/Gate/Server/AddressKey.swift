import RotationModel

/// Whom an address stands for, as far as limits go: an IPv4 address, or the 64 bits of IPv6 that one customer gets.
struct AddressKey: Hashable, Sendable {
    private let bytes: UInt64

    /// - Parameter text: What is no address is all one.
    init(_ text: String) {
        let found = IPAddress.bytes(of: text) ?? []
        bytes = found.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

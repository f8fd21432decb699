/// Who speaks, as far as the transport knows it.
package struct Peer: Sendable, Equatable {
    /// How the request came in.
    package enum Transport: String, Sendable {
        /// The device's own TLS: it has proved that it holds the certificate's key.
        case tls
        /// A proxy on this machine, which proved that to itself and hands the certificate over.
        case proxy
        /// The operator's own socket: health, metrics, questions of brokers. No device.
        case local
    }

    package let transport: Transport
    /// The leaf, as DER; nil where none was shown.
    package let certificate: [UInt8]?
    /// The server name that was asked for (RFC 6066, 3), in lower case.
    package let serverName: String?
    /// For the log: the address of the other end; empty for a socket of this machine.
    package let address: String

    package init(transport: Transport, certificate: [UInt8]?, serverName: String?, address: String) {
        (self.transport, self.certificate, self.serverName, self.address) = (
            transport, certificate, serverName, address
        )
    }
}

import Issuing
import RotationModel

/// The network gate: where it listens, what it shows of itself, and what it bears. Paths are absolute.
package struct GateConfiguration: Hashable, Sendable {
    /// Where devices reach it by TLS; empty where it gets its sockets from systemd, or has a proxy before it.
    package let listen: [ListenAddress]
    /// What it shows in TLS: one, or one with an ECDSA key and one with an RSA key.
    package let certificates: [ServerFiles]
    /// Which account's devices a server name is for, by the name in lower case. Empty: any account of the registry.
    package let accounts: [String: AccountID]
    /// The operator's socket: health, metrics, questions of brokers. Nil where there is none.
    package let local: String?
    /// The socket on which a proxy hands client certificates over. Nil where there is none.
    package let proxy: String?
    package let limits: Limits

    /// An address and a port to listen on.
    package struct ListenAddress: Hashable, Sendable {
        /// An IPv4 address, or an IPv6 address without brackets.
        package let host: String
        /// 0 lets the system choose.
        package let port: Int

        package init(host: String, port: Int) { (self.host, self.port) = (host, port) }
    }

    /// A certificate of the server and its key.
    package struct ServerFiles: Hashable, Sendable {
        /// PEM: the server's own certificate first, then those between it and a root.
        package let certificate: String
        package let key: KeyConfiguration

        package init(certificate: String, key: KeyConfiguration) { (self.certificate, self.key) = (certificate, key) }
    }

    /// So many in so long, all of them at once where there were none before.
    package struct Rate: Hashable, Sendable {
        package let count: Int
        package let per: TimeSpan

        package init(_ count: Int, per: TimeSpan) { (self.count, self.per) = (count, per) }
    }

    package struct Limits: Hashable, Sendable {
        /// Connections at once, of devices and of the proxy.
        package var connections = 20_000
        /// From the connection to the end of the handshake.
        package var handshake = TimeSpan(seconds: 10)
        /// From a request's first byte to the end of its headers.
        package var headers = TimeSpan(seconds: 10)
        /// From the end of the headers to the end of the body.
        package var body = TimeSpan(seconds: 15)
        /// Without a request, and without progress of an answer.
        package var idle = TimeSpan(seconds: 30)
        /// Requests of one certificate.
        package var perDevice = Rate(10, per: .minutes(1))
        /// Handshakes and requests without a certificate, of one address (of IPv6: of one /64).
        package var strangers = Rate(50, per: TimeSpan(seconds: 1))

        package init() {}
    }

    package init(
        listen: [ListenAddress] = [], certificates: [ServerFiles] = [], accounts: [String: AccountID] = [:],
        local: String? = nil, proxy: String? = nil, limits: Limits = Limits()
    ) {
        (self.listen, self.certificates, self.accounts) = (listen, certificates, accounts)
        (self.local, self.proxy, self.limits) = (local, proxy, limits)
    }
}

extension GateConfiguration.ListenAddress: CustomStringConvertible {
    /// As it is configured: `0.0.0.0:8443`, `[::]:8443`.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

import RotationModel
import System

/// What a server is told of where it listens and what it bears.
package struct ServerSettings: Sendable {
    /// Addresses for TLS.
    package var listen: [ListenAddress]
    /// Sockets that systemd opened.
    package var inherited: [InheritedSocket]
    /// Paths of unix sockets; nil where there is none.
    package var proxy: String?
    package var local: String?
    package var limits: ServerLimits
    /// How often the certificate's files are looked at.
    package var certificateCheck = Duration.seconds(30)
    /// How long requests may take to end when the server does.
    package var drain = Duration.seconds(10)

    package init(
        listen: [ListenAddress] = [], inherited: [InheritedSocket] = [], proxy: String? = nil, local: String? = nil,
        limits: ServerLimits = ServerLimits()
    ) {
        (self.listen, self.inherited) = (listen, inherited)
        (self.proxy, self.local, self.limits) = (proxy, local, limits)
    }
}

/// An IP address and a port to listen on.
package struct ListenAddress: Hashable, Sendable {
    /// Without brackets.
    package let host: String
    /// 0 lets the system choose.
    package let port: Int

    package init(host: String, port: Int) { (self.host, self.port) = (host, port) }
}

/// What one client, and all of them, may take.
package struct ServerLimits: Hashable, Sendable {
    /// Connections of devices and of the proxy at once.
    package var connections = 20_000
    /// From the connection to the end of the handshake.
    package var handshake = Duration.seconds(10)
    /// From a request's first byte to the end of its headers.
    package var headers = Duration.seconds(10)
    /// From the end of the headers to the end of the body.
    package var body = Duration.seconds(15)
    /// Without a request, and without progress of an answer.
    package var idle = Duration.seconds(30)
    package var perDevice = Rate(10, per: .seconds(60))
    package var strangers = Rate(50, per: .seconds(1))

    /// Bytes of a request's body.
    static let largestBody = 16 * 1024
    /// Bytes of a request's line and headers.
    static let largestHead = 16 * 1024
    static let mostHeaders = 100

    package init() {}
}

/// So many in so long; all of them at once where there were none before.
package struct Rate: Hashable, Sendable {
    package let count: Int
    package let per: Duration

    package init(_ count: Int, per: Duration) { (self.count, self.per) = (max(1, count), per) }
}

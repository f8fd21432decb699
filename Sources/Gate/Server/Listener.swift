import NIOCore
import NIOHTTP1
import NIOPosix
import RotationModel
import System

/// Something that the server listens on.
struct Listener: Sendable {
    let channel: any Channel
    let endpoint: Endpoint
    /// Nil where it has no file, or the file is not the server's.
    let file: UnixListener?
}

/// Where the server can be reached, as it is.
package struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    package let transport: Peer.Transport
    /// `127.0.0.1:8443`, or a path.
    package let place: String
    /// Nil for a unix socket.
    package let port: Int?

    package var description: String {
        switch transport {
        case .tls: "\(place) (TLS)"
        case .proxy: "\(place) (for a proxy)"
        case .local: "\(place) (health, metrics)"
        }
    }
}

/// Opens listeners.
struct ListenerOpening {
    let group: any EventLoopGroup
    /// Sets a new connection up.
    let configure: @Sendable (any Channel, Peer.Transport) throws -> Void

    /// Connections that wait to be accepted.
    private static let backlog = 1024
    /// For a proxy's group, and for the gate's user alone.
    private static let (proxyMode, localMode): (UInt32, UInt32) = (0o660, 0o600)

    func open(_ settings: ServerSettings) async throws(RotationError) -> [Listener] {
        var listeners: [Listener] = []
        do throws(RotationError) {
            for socket in settings.inherited { listeners.append(try await inherit(socket)) }
            for address in settings.listen { listeners.append(try await listen(on: address)) }
            if let path = settings.proxy { listeners.append(try await listen(at: path, .proxy)) }
            if let path = settings.local { listeners.append(try await listen(at: path, .local)) }
        } catch {
            for listener in listeners { await listener.close() }
            throw error
        }
        return listeners
    }

    private func listen(on address: ListenAddress) async throws(RotationError) -> Listener {
        let isVersion6 = address.host.contains(":")
        var bootstrap = bootstrap(.tls, isTCP: true).serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        if isVersion6 {
            // 0.0.0.0 and [::] are two listeners, whatever the system's default is.
            bootstrap = bootstrap.serverChannelOption(
                ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 1)
        }
        let shown = isVersion6 ? "[\(address.host)]" : address.host
        do {
            let channel = try await bootstrap.bind(host: address.host, port: address.port).get()
            let port = channel.localAddress?.port ?? address.port
            return Listener(
                channel: channel, endpoint: Endpoint(transport: .tls, place: "\(shown):\(port)", port: port), file: nil)
        } catch {
            throw ListenerOpening.failure(error, "\(shown):\(address.port)")
        }
    }

    private func listen(at path: String, _ transport: Peer.Transport) async throws(RotationError) -> Listener {
        let mode = transport == .proxy ? ListenerOpening.proxyMode : ListenerOpening.localMode
        let file = try UnixListener(path: path, mode: mode, backlog: Int32(ListenerOpening.backlog))
        do {
            let channel = try await bootstrap(transport, isTCP: false).withBoundSocket(file.descriptor).get()
            return Listener(
                channel: channel, endpoint: Endpoint(transport: transport, place: path, port: nil), file: file)
        } catch {
            file.remove()
            throw ListenerOpening.failure(error, path)
        }
    }

    /// Of TCP: TLS. A unix socket says by its name what it is.
    private func inherit(_ socket: InheritedSocket) async throws(RotationError) -> Listener {
        let transport: Peer.Transport
        switch (socket.family, socket.name) {
        case (.tcp, _): transport = .tls
        case (.unix, "proxy"): transport = .proxy
        case (.unix, "local"): transport = .local
        case (.unix, _):
            throw RotationError(
                .configuration, "what is this unix socket for?", at: "socket \(socket.name) of systemd",
                advice: "write FileDescriptorName=proxy or FileDescriptorName=local into its unit")
        }
        do {
            let channel = try await bootstrap(transport, isTCP: socket.family == .tcp)
                .withBoundSocket(socket.descriptor).get()
            let address = channel.localAddress
            let place =
                address?.ipAddress.map { ip in "\(ip):\(address?.port ?? 0)" } ?? address?.pathname ?? socket.name
            return Listener(
                channel: channel, endpoint: Endpoint(transport: transport, place: place, port: address?.port), file: nil
            )
        } catch {
            throw ListenerOpening.failure(error, "socket \(socket.name) of systemd")
        }
    }

    private func bootstrap(_ transport: Peer.Transport, isTCP: Bool) -> ServerBootstrap {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Int32(ListenerOpening.backlog))
            // A client that has said all may still read.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [configure] channel in
                channel.eventLoop.makeCompletedFuture { try configure(channel, transport) }
            }
        return isTCP ? bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1) : bootstrap
    }

    private static func failure(_ error: any Error, _ place: String) -> RotationError {
        let number = (error as? IOError)?.errnoCode ?? 0
        return SystemFailure.error("listen there", place, code: number)
    }
}

extension Listener {
    /// Accepts no more, and takes the file away.
    func close() async {
        try? await channel.close().get()
        file?.remove()
    }
}

import NIOCore
import NIOHTTP1
import NIOPosix
import PKI
import RotationModel
import Synchronization

/// A server of HTTP/1.1 for devices by TLS, for a proxy and for the operator by unix sockets. It reads and writes, and has others decide.
///
/// It bears what strangers do: everything that a client may make it keep or wait for is bounded (``ServerLimits``).
package final class Server: Sendable {
    /// What it listens on.
    package let endpoints: [Endpoint]

    private let settings: ServerSettings
    private let environment: ServerEnvironment
    private let listeners: [Listener]
    private let reloading: CertificateReloading?
    private let watch: Task<Void, Never>

    /// Listens, and serves from then on.
    ///
    /// - Parameters:
    ///   - responder: Answers all but `/healthz` and `/metrics` of the local socket.
    ///   - certificates: Nil where nothing listens for TLS.
    ///   - metrics: To which the server adds its own gauges.
    ///   - observer: Told of what is not of a request: certificates that were read again, or could not be.
    ///   - trouble: Why the gate cannot serve, for `/healthz`; nil where it can.
    /// - Throws: ``RotationError`` where an address cannot be listened on, a certificate not be used, or there is nothing to listen on.
    package static func start(
        _ settings: ServerSettings, responder: any Responder, certificates: (any CertificateSource)?,
        metrics: GateMetrics, clock: any WallClock, log: LogWriter, observer: any RunObserver,
        trouble: @escaping @Sendable () async -> String? = { nil }
    ) async throws(RotationError) -> Server {
        let keeper: CertificateKeeper?
        if let certificates { keeper = try CertificateKeeper(certificates) } else { keeper = nil }
        let registry = ConnectionRegistry(limit: settings.limits.connections)
        let local = LocalResponder(
            metrics: metrics, trouble: { registry.isDraining ? "the gate is ending" : await trouble() }, next: responder
        )
        let environment = ServerEnvironment(
            limits: settings.limits, responder: local, metrics: metrics, log: log, clock: clock, registry: registry,
            devices: RateLimiter(settings.limits.perDevice), strangers: RateLimiter(settings.limits.strangers))
        let setup = ConnectionSetup(environment: environment, keeper: keeper)
        let opening = ListenerOpening(group: MultiThreadedEventLoopGroup.singleton) { channel, transport throws in
            try setup.configure(channel, transport)
        }
        let listeners = try await opening.open(settings)
        guard listeners.contains(where: { $0.endpoint.transport != .local }) else {
            for listener in listeners { await listener.close() }
            throw RotationError(
                .configuration, "the gate has nothing to listen on for devices",
                advice: "add `listen` or `proxy` to `gate`, or start it by rotation-gate.socket")
        }
        guard keeper != nil || !listeners.contains(where: { $0.endpoint.transport == .tls }) else {
            for listener in listeners { await listener.close() }
            throw RotationError(
                .configuration, "the gate listens for TLS and has no certificate",
                advice: "add `certificates: [{ certificate: gate/server.pem, key: { file: gate/server.key } }]`")
        }
        metrics.register(
            gauge: "rotation_gate_connections", help: "Open connections of devices and of the proxy"
        ) { Double(registry.count) }
        return Server(settings, environment, listeners, keeper, observer)
    }

    private init(
        _ settings: ServerSettings, _ environment: ServerEnvironment, _ listeners: [Listener],
        _ keeper: CertificateKeeper?, _ observer: any RunObserver
    ) {
        (self.settings, self.environment, self.listeners) = (settings, environment, listeners)
        endpoints = listeners.map(\.endpoint)
        let reloading = keeper.map {
            CertificateReloading(keeper: $0, metrics: environment.metrics, observer: observer)
        }
        self.reloading = reloading
        let interval = settings.certificateCheck
        watch = Task {
            while let reloading, (try? await Task.sleep(for: interval)) != nil { reloading.reloadWhereChanged() }
        }
    }

    /// Reads the certificates again. Where they cannot be used the old ones stay, and the observer is told.
    package func reloadCertificates() { reloading?.reload() }

    /// Ends: accepts nothing more, lets requests end that have begun, for as long as the settings say, and closes everything.
    package func drain() async {
        watch.cancel()
        for listener in listeners { await listener.close() }
        for channel in environment.registry.drain() { channel.pipeline.fireUserInboundEventTriggered(ServerEnds()) }
        let end = ContinuousClock.now + settings.drain
        while !environment.registry.isEmpty, ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(10))
        }
        for channel in environment.registry.channels { try? await channel.close().get() }
        await environment.log.end()
    }
}

/// Reads certificates again, and says what came of it.
private struct CertificateReloading: Sendable {
    let keeper: CertificateKeeper
    let metrics: GateMetrics
    let observer: any RunObserver

    func reloadWhereChanged() {
        if keeper.hasChanged { reload() }
    }

    func reload() {
        do throws(RotationError) {
            try keeper.reload()
            metrics.countReload(isDone: true)
            observer.note("the server's certificates were read again")
        } catch {
            metrics.countReload(isDone: false)
            observer.warn("the server's certificates stay as they were: \(error)")
        }
    }
}

/// Gives a new connection its handlers, or turns it away.
private struct ConnectionSetup: Sendable {
    let environment: ServerEnvironment
    let keeper: CertificateKeeper?

    private struct TurnedAway: Error {}

    func configure(_ channel: any Channel, _ transport: Peer.Transport) throws {
        let (admission, evicted) = environment.registry.admit(
            channel, transport == .tls ? .handshaking : .idle, isCounted: transport != .local)
        if let evicted {
            environment.metrics.countTurnedAway(.evicted)
            evicted.close(promise: nil)
        }
        guard case .admitted(let id) = admission else {
            environment.metrics.countTurnedAway(.full)
            throw TurnedAway()
        }
        let peer = Peer(
            transport: transport, certificate: nil, serverName: nil,
            address: ConnectionSetup.address(channel.remoteAddress))
        let handler = RequestHandler(environment, id: id, peer: peer)
        let pipeline = channel.pipeline.syncOperations
        if transport == .tls {
            guard let keeper else { throw TurnedAway() }
            try pipeline.addHandler(TLSHandler { keeper.context })
        }
        try pipeline.addHandler(handler.makeMeter())
        try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: ConnectionSetup.limits)))
        try pipeline.addHandler(handler)
    }

    private static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = ServerLimits.largestHead
        limits.maxHeaderListSize = ServerLimits.largestHead
        limits.maxHeaderFieldCount = ServerLimits.mostHeaders
        return limits
    }

    /// Without a port; an IPv4 address as such, also where a socket for both has it.
    private static func address(_ address: SocketAddress?) -> String {
        guard let text = address?.ipAddress else { return "" }
        return text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
    }
}

import Job
import PKI
import RotationModel
import System

extension ServerSettings {
    /// As `gate` of `rotation.yaml` says.
    ///
    /// - Parameter inherited: Sockets of systemd. Those that it has are not opened again: `listen` is passed over where one is of TCP.
    package init(_ gate: GateConfiguration, inherited: [InheritedSocket]) {
        let hasTCP = inherited.contains { $0.family == .tcp }
        self.init(
            listen: hasTCP ? [] : gate.listen.map { ListenAddress(host: $0.host, port: $0.port) },
            inherited: inherited,
            proxy: inherited.contains { $0.family == .unix && $0.name == "proxy" } ? nil : gate.proxy,
            local: inherited.contains { $0.family == .unix && $0.name == "local" } ? nil : gate.local,
            limits: ServerLimits(gate.limits))
    }
}

extension ServerLimits {
    package init(_ limits: GateConfiguration.Limits) {
        self.init()
        connections = limits.connections
        (handshake, headers) = (.seconds(limits.handshake.seconds), .seconds(limits.headers.seconds))
        (body, idle) = (.seconds(limits.body.seconds), .seconds(limits.idle.seconds))
        perDevice = Rate(limits.perDevice.count, per: .seconds(limits.perDevice.per.seconds))
        strangers = Rate(limits.strangers.count, per: .seconds(limits.strangers.per.seconds))
    }
}

/// The certificates that `gate.certificates` names.
package struct CertificateFiles: CertificateSource {
    private let gate: GateConfiguration
    private let observer: any RunObserver

    /// Nil where it names none.
    package init?(_ gate: GateConfiguration, observer: any RunObserver) {
        guard !gate.certificates.isEmpty else { return nil }
        (self.gate, self.observer) = (gate, observer)
    }

    package func load() throws(RotationError) -> ServerContext { try gate.serverContext(observer: observer) }

    package var files: [String] { gate.certificateFiles }
}

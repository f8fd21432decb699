import ArgumentParser
import Gate
import Job
import RotationModel
import System

/// The command line of the gate: it parses, composes and prints.
struct RotationGate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotation-gate",
        abstract: "Lets devices fetch manifests, hand CSRs in and confirm over TLS.",
        discussion: """
            A service beside the job, configured by `gate` of rotation.yaml. A device is who its client certificate says, and \
            the registry says whether it may. The gate reads no authority's key and never writes the inventory.

            SIGHUP has it read its certificates again, SIGTERM has it end once the requests that have begun are answered.

            Exit status: 0 ended as it was told; 1 failed; 64 wrong usage; 69 the server's key cannot be reached; 75 another \
            process listens on its socket; 77 permissions too open or too tight; 78 bad configuration.
            """,
        version: ProgramVersion.text)

    @Option(
        help: ArgumentHelp(
            "The workspace's configuration.",
            discussion: "Default: ./rotation.yaml, else /etc/rotation-job/rotation.yaml.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Flag(help: "Say what is wrong with the configuration and the certificates, and end without listening.")
    var check = false

    func run() async throws {
        let log = ServiceLog()
        let workspace = try Workspace(configuredBy: config)
        let configuration = workspace.configuration
        guard let gate = configuration.gate else {
            throw RotationError(
                .configuration, "there is no `gate` in the configuration", at: configuration.path,
                advice: "add `gate: { listen: [\"0.0.0.0:8443\"], certificates: […] }`: docs/operations.md")
        }
        let certificates = CertificateFiles(gate, observer: log)
        if check {
            _ = try certificates?.load()
            _ = try GateService(workspace, gate, observer: log)
            log.note("\(configuration.path): `gate` can be used")
            return
        }
        try await serve(gate, try GateService(workspace, gate, observer: log), certificates, log)
    }

    private func serve(
        _ gate: GateConfiguration, _ service: GateService, _ certificates: CertificateFiles?, _ log: ServiceLog
    ) async throws {
        // Before anything can come.
        let signals = ServiceSignal.stream()
        tellOfOpenFiles(gate, log)
        let server = try await Server.start(
            ServerSettings(gate, inherited: InheritedSocket.all()), responder: service.responder,
            certificates: certificates,
            metrics: GateMetrics(), clock: SystemClock(), log: .standardOutput(), observer: log,
            trouble: { service.trouble(at: SystemClock().now()) })
        for endpoint in server.endpoints { log.note("listens on \(endpoint)") }
        let upkeep = Task { await service.keepUp() }
        for await signal in signals {
            switch signal {
            case .reload:
                server.reloadCertificates()
                service.readRules()
            case .end:
                log.note("ends: requests that have begun are answered")
                await server.drain()
                upkeep.cancel()
                await upkeep.value
                return
            }
        }
    }

    /// Beside connections: the inventory, logs, and what the runtime has open.
    private static let otherOpenFiles = 128

    private func tellOfOpenFiles(_ gate: GateConfiguration, _ log: ServiceLog) {
        let most = ThisProcess.raiseOpenFileLimit()
        guard most < gate.limits.connections + RotationGate.otherOpenFiles else { return }
        log.warn(
            "`limits.connections` is \(gate.limits.connections), and the process may have \(most) open files: "
                + "raise LimitNOFILE= of its unit, or `ulimit -n`")
    }
}

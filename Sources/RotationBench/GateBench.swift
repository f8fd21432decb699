import Foundation
import PKI
import RotationModel
import RotationTesting

/// Whole mutual handshakes of P-256 with one GET of a manifest each, by the built gate and by nginx in turn, which `openssl s_time` asks on
/// loopback: the servers' processor time is the figure to trust, since the client works on the same cores.
struct GateBench {
    let gate: String
    let workspace: GateWorkspace
    /// Of each version and server.
    let seconds: Int

    /// In turn, since a machine is not the same all the time.
    private static let rounds = 3
    private static let versions = [(name: "TLS 1.3", option: "-tls1_3"), (name: "TLS 1.2", option: "-tls1_2")]

    func printTable() throws {
        try workspace.make()
        let servers = [
            try BenchServer("gate", [gate, "--config", workspace.gateConfiguration], port: workspace.gatePort),
            try BenchServer(
                "nginx", ["nginx", "-e", "\(workspace.folder)/nginx.err", "-c", workspace.nginxConfiguration],
                port: workspace.nginxPort),
        ]
        print(Measuring.row("P-256, handshake and GET", ["per second", "µs of server", "of nginx"]))
        for version in GateBench.versions {
            var costs = servers.map { _ in [Double]() }
            var counts = servers.map { _ in 0 }
            for _ in 0..<GateBench.rounds {
                for (place, server) in servers.enumerated() {
                    let before = try server.processorSeconds()
                    let count = try connections(server.port, version.option)
                    costs[place].append(try (server.processorSeconds() - before) / Double(count))
                    counts[place] += count
                }
            }
            let medians = costs.map { $0.sorted()[$0.count / 2] }
            for (place, server) in servers.enumerated() {
                print(
                    Measuring.row(
                        "\(version.name), \(server.name)",
                        [
                            String(counts[place] / seconds / GateBench.rounds), Measuring.microseconds(medians[place]),
                            String(format: "%.2f", medians[place] / medians[1]),
                        ]))
            }
        }
        try printMemory(of: servers)
    }

    private static let heldConnections = 5000

    /// After the handshakes above, so that what a server keeps once does not count.
    private func printMemory(of servers: [BenchServer]) throws {
        print(Measuring.row("\(GateBench.heldConnections) idle connections", ["KB each"]))
        for server in servers {
            let before = try server.memory()
            let held = try HeldConnections(
                GateBench.heldConnections, port: server.port, certificate: workspace.clientCertificate,
                key: workspace.clientKey)
            let used = try withExtendedLifetime(held) { try server.memory() - before }
            let each = used / Double(GateBench.heldConnections) / 1024
            print(Measuring.row(server.name, [String(format: "%.1f", each)]))
        }
    }

    private func connections(_ port: Int, _ option: String) throws -> Int {
        let outcome = try ExternalProgram.run([
            "openssl", "s_time", "-connect", "127.0.0.1:\(port)", option, "-new", "-www", "/v1/manifest", "-time",
            "\(seconds)", "-cert", workspace.clientCertificate, "-key", workspace.clientKey,
        ])
        // `… connections in … real seconds, … bytes read per connection`
        guard
            let found = outcome.text.firstMatch(of: /(\d+) connections in \d+ real seconds, (\d+) bytes/),
            let count = Int(found.1), count > 0
        else { throw RotationError(.io, "openssl s_time failed: \(outcome.text)\(outcome.errors)") }
        // A refusal is shorter than any manifest.
        guard let bytes = Int(found.2), bytes > 600 else {
            throw RotationError(.io, "no manifest came: \(outcome.text)")
        }
        return count
    }
}

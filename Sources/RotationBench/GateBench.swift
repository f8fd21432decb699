import Foundation
import PKI
import RotationModel
import RotationTesting

/// Whole mutual handshakes of P-256 with one GET each, by the built gate, which `openssl s_time` asks on loopback: the gate's processor time is
/// the figure to trust, since the client works on the same cores.
struct GateBench {
    let gate: String
    /// Made, and to be removed by the caller.
    let folder: String
    /// Of each version.
    let seconds: Int

    func printTable() throws {
        let port = try prepare()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: gate)
        process.arguments = ["--config", "\(folder)/rotation.yaml"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        try waitUntilItListens(port)
        print(Measuring.row("P-256, handshake and GET", ["per second", "µs of gate"]))
        for (name, option) in [("TLS 1.3", "-tls1_3"), ("TLS 1.2", "-tls1_2")] {
            let before = try processorSeconds(of: process.processIdentifier)
            let count = try connections(port, option)
            let used = try processorSeconds(of: process.processIdentifier) - before
            print(
                Measuring.row(
                    name, [String(count / seconds), Measuring.microseconds(used / Double(count))]))
        }
    }

    /// Makes certificates and a configuration.
    ///
    /// - Returns: the port.
    private func prepare() throws -> Int {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["server", "client"] {
            let made = try ExternalProgram.run(
                [
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days",
                    "2", "-subj", "/CN=\(name)", "-keyout", "\(name).key", "-out", "\(name).pem",
                ], in: folder)
            guard made.status == 0 else { throw RotationError(.io, "openssl req failed: \(made.errors)") }
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: "\(folder)/\(name).key")
        }
        let port = Int.random(in: 20_000..<30_000)
        let text = """
            version: 1
            gate:
              listen: "127.0.0.1:\(port)"
              certificates: [{ certificate: server.pem, key: { file: server.key } }]
              limits: { perDevice: 1000000/s }
            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/rotation.yaml"))
        return port
    }

    private func waitUntilItListens(_ port: Int) throws {
        for _ in 0..<100 {
            let asked = try ExternalProgram.run(["curl", "-sk", "-o", "/dev/null", "https://127.0.0.1:\(port)/"])
            if asked.status == 0 { return }
            usleep(100_000)
        }
        throw RotationError(
            .io, "the gate does not listen", at: gate, advice: "run it by hand with \(folder)/rotation.yaml")
    }

    private func connections(_ port: Int, _ option: String) throws -> Int {
        let outcome = try ExternalProgram.run([
            "openssl", "s_time", "-connect", "127.0.0.1:\(port)", option, "-new", "-www", "/v1/manifest", "-time",
            "\(seconds)", "-cert", "\(folder)/client.pem", "-key", "\(folder)/client.key",
        ])
        // `… connections in … real seconds, … bytes read per connection`
        guard let count = outcome.text.firstMatch(of: /(\d+) connections in \d+ real/).flatMap({ Int($0.1) }), count > 0
        else { throw RotationError(.io, "openssl s_time failed: \(outcome.text)\(outcome.errors)") }
        return count
    }

    /// What a process took of all cores (proc(5)).
    private func processorSeconds(of process: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // Behind the name in brackets: state is the third field, utime and stime are the 14th and 15th.
        let fields = text.drop { $0 != ")" }.split(separator: " ").dropFirst()
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }
        guard ticks.count == 2 else { throw RotationError(.io, "/proc/\(process)/stat cannot be read") }
        return ticks.reduce(0, +) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

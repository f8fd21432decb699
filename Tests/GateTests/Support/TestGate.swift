import Foundation
import PKI
import RotationModel
import RotationTesting
import Synchronization
import System
import Testing

@testable import Gate

/// A server on loopback and on sockets of its own, before a responder that says what it sees.
final class TestGate: Sendable {
    let folder: TemporaryFolder
    let server: Server
    let responder: EchoResponder
    let metrics: GateMetrics
    let observer: Listening
    let logged: Lines

    /// Limits that nothing in a test reaches by itself, also on a machine that is slow.
    static var patient: ServerLimits {
        var limits = ServerLimits()
        (limits.handshake, limits.headers, limits.body, limits.idle) = (
            .seconds(300), .seconds(300), .seconds(300), .seconds(300)
        )
        limits.perDevice = Rate(1_000_000, per: .seconds(1))
        limits.strangers = Rate(1_000_000, per: .seconds(1))
        return limits
    }

    struct Options: Sendable {
        var limits = TestGate.patient
        var listen = [ListenAddress(host: "127.0.0.1", port: 0)]
        var certificateCheck = Duration.seconds(3600)
        var drain = Duration.seconds(300)
        var trouble: @Sendable () async -> String? = { nil }
    }

    private init(_ folder: TemporaryFolder, _ options: Options) async throws {
        _ = try Identity("server", in: folder)
        (self.folder, responder, metrics, observer, logged) = (
            folder, EchoResponder(), GateMetrics(), Listening(), Lines()
        )
        var settings = ServerSettings(
            listen: options.listen, proxy: folder["proxy.sock"], local: folder["local.sock"], limits: options.limits)
        settings.certificateCheck = options.certificateCheck
        settings.drain = options.drain
        let logged = logged
        server = try await Server.start(
            settings, responder: responder, certificates: FolderCertificates(folder: folder), metrics: metrics,
            clock: SystemClock(), log: LogWriter { $0.forEach(logged.add) }, observer: observer,
            trouble: options.trouble)
    }

    /// Serves while the body runs.
    static func serving(
        _ options: Options = Options(), _ body: (TestGate) async throws -> Void
    ) async throws {
        let gate = try await TestGate(TemporaryFolder(), options)
        do {
            try await body(gate)
        } catch {
            gate.responder.open()
            await gate.server.drain()
            throw error
        }
        gate.responder.open()
        await gate.server.drain()
    }

    static func serving(limits: ServerLimits, _ body: (TestGate) async throws -> Void) async throws {
        var options = Options()
        options.limits = limits
        try await serving(options, body)
    }

    var port: Int { server.endpoints.compactMap(\.port).first ?? 0 }
    var url: String { "https://127.0.0.1:\(port)" }

    // MARK: Clients

    func curl(_ arguments: [String], as identity: Identity? = nil) async throws -> ExternalProgram.Outcome {
        let own = identity.map { ["--cert", $0.certificatePath, "--key", $0.keyPath] } ?? []
        return try await Programs.run(
            ["curl", "--silent", "--show-error", "--insecure", "--max-time", "120"] + own + arguments)
    }

    /// What the responder saw of a request.
    func seen(_ arguments: [String], as identity: Identity? = nil) async throws -> Seen {
        let outcome = try await curl(arguments, as: identity)
        return try #require(
            try? JSONDecoder().decode(Seen.self, from: Data(outcome.output)), "\(outcome.text) \(outcome.errors)")
    }

    /// The status that a request is answered with.
    func status(_ arguments: [String], as identity: Identity? = nil) async throws -> Int {
        let outcome = try await curl(
            ["--output", "/dev/null", "--write-out", "%{http_code}"] + arguments, as: identity)
        return try #require(Int(outcome.text), "\(outcome.text) \(outcome.errors)")
    }

    enum Way: CaseIterable { case tls, proxy }

    /// A client that says what it is told, and what it heard until the server ended the connection.
    func say(_ steps: [Step], by way: Way = .proxy) async throws -> Heard {
        let to = way == .tls ? ["tls", "\(port)"] : ["unix", folder["proxy.sock"]]
        let outcome = try await Programs.judge("http_client.py", to, input: Array(JSONEncoder().encode(steps)))
        try #require(outcome.status == 0, "\(outcome.errors)")
        // One byte, one character.
        let text = String(String.UnicodeScalarView(outcome.output.map { Unicode.Scalar($0) }))
        return Heard(text: text, wasReset: outcome.errors.hasSuffix("reset\n"))
    }

    func sample(_ name: String) async throws -> Double? { try await samples()[name] }

    /// The server's metrics, as Prometheus' own reader understands them.
    func samples() async throws -> [String: Double] {
        let text = try await curl(["--unix-socket", folder["local.sock"], "http://gate/metrics"])
        let outcome = try await Programs.judge("openmetrics.py", input: text.output)
        return try #require(
            try? JSONDecoder().decode([String: Double].self, from: Data(outcome.output)),
            "\(outcome.errors) \(text.text)")
    }
}

/// One thing that a client of ``TestGate/say(_:by:)`` does.
enum Step: Encodable {
    case send(String)
    case `repeat`(String, Int)
    case answers(Int)
    case interim
    case halfClose
    case await(String)
    case touch(String)

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .send(let text): try container.encode(text, forKey: Key("send"))
        case .repeat(let text, let times):
            try container.encode(text, forKey: Key("repeat"))
            try container.encode(times, forKey: Key("times"))
        case .answers(let count): try container.encode(count, forKey: Key("answers"))
        case .interim: try container.encode(true, forKey: Key("interim"))
        case .halfClose: try container.encode(true, forKey: Key("half-close"))
        case .await(let path): try container.encode(path, forKey: Key("await"))
        case .touch(let path): try container.encode(path, forKey: Key("touch"))
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

struct Heard {
    let text: String
    let wasReset: Bool

    /// Of the answers, in their order, interim ones too.
    var statuses: [Int] { text.matches(of: #/HTTP/1\.1 (\d{3}) /#).compactMap { Int($0.1) } }
    var codes: [String] { text.matches(of: /"code":"([a-z-]+)"/).map { String($0.1) } }
}

/// What an operator is told.
final class Listening: RunObserver {
    private let heard = Mutex<(warnings: [String], notes: [String])>(([], []))

    var warnings: [String] { heard.withLock { $0.warnings } }
    var notes: [String] { heard.withLock { $0.notes } }

    func began(_ stage: Stage, total: Int?) {}
    func advanced(_ stage: Stage, by count: Int) {}
    func ended(_ stage: Stage) {}
    func warn(_ text: String) { heard.withLock { $0.warnings.append(text) } }
    func note(_ text: String) { heard.withLock { $0.notes.append(text) } }
}

/// The access log.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func add(_ line: [UInt8]) { lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
}

/// `server.pem` and `server.key` of a folder.
struct FolderCertificates: CertificateSource {
    let folder: TemporaryFolder

    var files: [String] { [folder["server.pem"], folder["server.key"]] }

    func load() throws(RotationError) -> ServerContext {
        let key = try PrivateKey.open(path: folder["server.key"], passphrase: nil).key
        return try ServerContext([ServerCertificate(reading: folder.read("server.pem"), key: key)])
    }
}

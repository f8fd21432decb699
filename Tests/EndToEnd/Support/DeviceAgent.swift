import Foundation
import RotationTesting
import Testing

/// `examples/device-agent.sh`, run as a device runs it, with a state folder of its own.
struct DeviceAgent: Sendable {
    /// What the script runs under. With busybox, nothing but its own applets, openssl and curl are in PATH.
    enum Shell: String, CaseIterable, Sendable { case dash, busybox }

    static let script = Package.root + "/examples/device-agent.sh"

    let device: String
    let shell: Shell
    /// Where `delivery/` is: a folder or a URL.
    var manifests: String
    /// Where `inbox/` is: a folder or a URL.
    var inbox: String
    /// What manifests verify with: a file, or `sha256:` and a digest.
    var key: String
    /// The time that the device believes it is.
    var time = now
    private let folder: TemporaryDirectory

    /// Keys, certificates and what the device remembers.
    var state: String { folder / "state" }
    /// The certificate in use.
    var certificate: String { state + "/current/cert.pem" }

    init(_ device: String, shell: Shell = .dash, manifests: String, inbox: String, key: String? = nil) async throws {
        self.device = device
        self.shell = shell
        self.manifests = manifests
        self.inbox = inbox
        self.key = key ?? manifests + "/keys.json"
        folder = try TemporaryDirectory()
        guard shell == .busybox else { return }
        let made = try await DeviceAgent.shell(
            #"mkdir "$1" && busybox --install -s "$1" && for tool in openssl curl; do ln -sf "$(command -v $tool)" "$1"; done"#,
            folder / "tools")
        try #require(made.status == 0, made.story)
    }

    /// One call of the agent. Where a signal ended it, the status is the signal's number.
    func run(_ options: [String] = [], environment: [String: String] = [:]) async throws -> Output {
        let arguments =
            [DeviceAgent.script, "-d", state, "-m", manifests, "-i", inbox, "-k", key] + options + ["--", device]
        var variables = ["AGENT_NOW": time]
        if shell == .busybox { variables["PATH"] = folder / "tools" }
        variables.merge(environment) { $1 }
        return try await DeviceAgent.program(
            [shell == .busybox ? folder / "tools/sh" : "dash"] + arguments, environment: variables)
    }

    /// One call that has to end with `status` and say `text`.
    @discardableResult
    func run(_ options: String..., expecting status: Int32, saying text: String = "") async throws -> Output {
        let output = try await run(options)
        try #require(output.status == status, output.story)
        if !text.isEmpty { try #require(output.stderr.contains(text), output.story) }
        return output
    }

    /// Runs another program on a thread of its own, and closes its files at once: a device's life is hundreds of calls.
    static func program(
        _ command: [String], input: Data = Data(), environment: [String: String] = [:]
    ) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let outcome = try ExternalProgram.run(command, input: Array(input), environment: environment)
                        return Output(
                            status: outcome.status, signal: nil, stdoutBytes: Data(outcome.output),
                            stderrBytes: Data(outcome.errors.utf8))
                    })
            }
        }
    }

    /// Tools/device_agent.py.
    static func tool(_ arguments: [String], input: Data = Data()) async throws -> Output {
        try await program(
            [Program.python, "-B", "-W", "ignore", Package.tools + "/device_agent.py"] + arguments, input: input)
    }

    static func shell(_ script: String, _ arguments: String...) async throws -> Output {
        try await program(["/bin/sh", "-c", script, "sh"] + arguments)
    }

    /// The SHA-256 in hexadecimal digits, by another program.
    static func sha256(_ bytes: Data) async throws -> String {
        String(try await program(["sha256sum"], input: bytes).stdout.prefix(64))
    }

    /// What the device remembers and what it handed in, without what lives only during a call.
    func tree(inbox: String) -> [Tree] { [Tree(state), Tree(inbox)] }

    /// What a confirmation says, once another program has verified it with the key of the certificate in use.
    func confirmation(at path: String) async throws -> Confirmation {
        let output = try await DeviceAgent.tool(["confirmation", "--ack", path, "--certificate", certificate])
        try #require(output.status == 0, output.story)
        return try JSONDecoder().decode(Confirmation.self, from: output.stdoutBytes)
    }
}

/// The two parts of an acknowledgement.
struct Confirmation: Decodable {
    struct Header: Decodable { let alg: String, typ: String }
    struct Payload: Decodable, Equatable { let device: String, sequence: Int, fingerprint: String, time: String }
    let header: Header
    let payload: Payload
}

/// A delivery and an inbox without a job behind them: each manifest, true or false, is made to a test's wish.
struct MadeDelivery: Sendable {
    private let folder: TemporaryDirectory
    var root: String { folder.path }
    var delivery: String { folder / "delivery" }
    var inbox: String { folder / "inbox" }

    init() throws {
        folder = try TemporaryDirectory()
        for name in ["delivery", "inbox/csr", "inbox/ack"] {
            try FileManager.default.createDirectory(atPath: folder / name, withIntermediateDirectories: true)
        }
    }

    func agent(_ device: String = "d1", shell: DeviceAgent.Shell = .dash) async throws -> DeviceAgent {
        try await DeviceAgent(device, shell: shell, manifests: delivery, inbox: inbox)
    }

    /// - Parameter spec: members of a spec as Tools/device_agent.py reads it.
    func publish(_ action: String, sequence: Int, _ spec: String = "", for device: String = "d1") async throws {
        try await publish([MadeDelivery.spec(action, sequence, spec)], in: [delivery], for: device)
    }

    /// The spec of a manifest, with further members.
    static func spec(_ action: String, _ sequence: Int, _ members: String) -> String {
        #"{"action": "\#(action)", "sequence": \#(sequence)\#(members.isEmpty ? "" : ", ")\#(members)}"#
    }

    /// Publishes each manifest in its delivery.
    func publish(_ specs: [String], in deliveries: [String], for device: String = "d1") async throws {
        let output = try await DeviceAgent.tool(
            ["manifest", "--authorities", Package.fixtures + "/plant/authorities", "--device=\(device)"] + deliveries,
            input: Data("[\(specs.joined(separator: ","))]".utf8))
        try #require(output.status == 0, output.story)
    }

    /// Certifies the key of the CSR that `d1` handed in.
    func publishCertificate(sequence: Int, _ spec: String = "") async throws {
        try await publish(
            "install", sequence: sequence, #""csr": "\#(inbox)/csr/d1.csr""# + (spec.isEmpty ? "" : ", " + spec))
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: folder / name, encoding: .utf8) }

    /// The CSR in the signed request that `d1` handed in, as PEM.
    func signedRequest() throws -> Data {
        struct Payload: Decodable { let csr: String }
        func decoded(_ text: some StringProtocol) throws -> Data {
            let base64 = String(text).replacing("-", with: "+").replacing("_", with: "/")
            let data = Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4))
            guard let data else { throw CocoaError(.fileReadCorruptFile) }
            return data
        }
        let parts = try text("inbox/csr/d1.jws").split(separator: ".")
        try #require(parts.count == 3)
        let der = try decoded(JSONDecoder().decode(Payload.self, from: decoded(parts[1])).csr)
        let lines = der.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return Data("-----BEGIN CERTIFICATE REQUEST-----\n\(lines)\n-----END CERTIFICATE REQUEST-----\n".utf8)
    }
}

import Foundation
import Testing

/// moto's AWS Private CA, with the key of fleet-ca-1 (see Tools/moto_authority.py). It ends with its last reference.
final class MotoServer: Sendable {
    struct Place: Decodable { let endpoint: String, authority: String }

    static let python = Package.root + "/.venv-test/bin/python"
    /// What boto3 wants to have; moto believes anybody. A proxy would not find this machine.
    static let environment = [
        "AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": "something", "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1", "AWS_EC2_METADATA_DISABLED": "true",
    ]

    let place: Place
    private let workspace: Workspace
    private let process: Running

    /// Moves the workspace's fleet-ca-1 there.
    ///
    /// - Parameters:
    ///   - manner: `--stock`: as moto is, with certificates of its own ideas. `--forgetful`: as AWS is after a while.
    ///   - more: further arguments of the issuer.
    init(for workspace: Workspace, _ manner: String? = nil, more: [String] = []) async throws {
        self.workspace = workspace
        let key = try workspace.moveOutside(command: ["/replaced/below"])
        let out = workspace.scratch + "/moto.json"
        try #require(
            FileManager.default.isExecutableFile(atPath: MotoServer.python), "run `make setup-test` for moto and boto3")
        process = try Program.start(
            MotoServer.python,
            [
                "-B", "-W", "ignore", Package.tools + "/moto_authority.py", workspace.path + "/authorities/ca-1.pem",
                key, out,
            ]
                + (manner.map { [$0] } ?? []))
        for _ in 0..<600 where !FileManager.default.fileExists(atPath: out) && process.isRunning {
            try await Task.sleep(for: .milliseconds(100))
        }
        if !FileManager.default.fileExists(atPath: out) { process.send(SIGKILL) }
        let story = process.isRunning ? "" : await process.output().story
        let bytes = try #require(FileManager.default.contents(atPath: out), story)
        place = try JSONDecoder().decode(Place.self, from: bytes)
        try use(authority: place.authority, more: more)
    }

    deinit { process.send(SIGKILL) }

    /// Whether certificates that it has are kept back: whoever asks for one is told to ask again.
    func hold(_ isHeld: Bool) throws {
        let mark = workspace.scratch + "/moto.json.held"
        if isHeld { try Data().write(to: URL(fileURLWithPath: mark)) } else { unlink(mark) }
    }

    /// Has the workspace ask for certificates of an authority there.
    func use(authority: String, more: [String] = []) throws {
        try workspace.moveOutside(command: issuer(authority: authority) + more)
    }

    /// The issuer with its arguments.
    func issuer(authority: String) -> [String] {
        [
            MotoServer.python, Package.root + "/issuers/aws-private-ca", "--authority", authority, "--endpoint",
            place.endpoint,
        ]
    }

    /// How many certificates it has issued.
    var count: Int {
        let issued = try? String(contentsOfFile: workspace.scratch + "/moto.json.issued", encoding: .utf8)
        return issued?.split(separator: "\n").count ?? 0
    }
}

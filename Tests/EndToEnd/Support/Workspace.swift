import Foundation
import Testing

/// The time of every run in these tests; the fixtures' certificates are made around it.
let now = "2026-12-01T00:00:00Z"

/// A workspace that `rotation-job init` made, with the fixtures' authorities.
final class Workspace: Sendable {
    private let folder: TemporaryDirectory
    /// The workspace's folder. Beside it, ``scratch`` holds what the test itself makes.
    var path: String { folder / "workspace" }
    var scratch: String { folder / "scratch" }

    /// - Parameters:
    ///   - policies: the name of a file in Fixtures/policies, without its suffix.
    ///   - edit: changes the policy file's text before it is written.
    init(policies: String = "simple", limits: String = "", edit: (String) -> String = { $0 }) async throws {
        folder = try TemporaryDirectory()
        let files = FileManager.default
        try files.createDirectory(atPath: folder / "scratch/csr", withIntermediateDirectories: true)
        let made = try await Program.run(Program.rotationJob, ["init", path])
        try #require(made.status == 0, made.story)
        for name in try files.contentsOfDirectory(atPath: path + "/policies") {
            try files.removeItem(atPath: path + "/policies/" + name)
        }
        try write("policies/\(policies).yaml", edit(Workspace.fixture("policies/\(policies).yaml")))
        let authorities = path + "/authorities"
        try? files.createDirectory(atPath: authorities, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: Package.fixtures + "/plant/authorities") {
            try files.copyItem(
                atPath: Package.fixtures + "/plant/authorities/" + name, toPath: authorities + "/" + name)
            chmod(authorities + "/" + name, name.hasSuffix(".key") ? 0o600 : 0o644)
        }
        try write("rotation.yaml", Workspace.configuration + limits)
    }

    static let configuration = """
        version: 1
        inventory: { sqlite: fleet.sqlite }
        policies: policies
        inbox: inbox
        delivery: delivery
        reports: reports
        authorities:
          - name: fleet-ca-1
            certificate: authorities/ca-1.pem
            chain: []
            key: { file: authorities/ca-1.key }
            crl: { url: "http://crl.example.com/fleet-ca-1.crl", validity: 7d }
          - name: fleet-ca-2
            certificate: authorities/ca-2.pem
            key: { file: authorities/ca-2.key }
          - name: fleet-ca-3
            certificate: authorities/ca-3.pem
            key: { file: authorities/ca-3.key }
        manifests: { key: { file: authorities/manifest.key }, validity: 30d }

        """

    static func fixture(_ name: String) throws -> String {
        try String(contentsOfFile: Package.fixtures + "/" + name, encoding: .utf8)
    }

    func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

    func write(_ name: String, _ bytes: Data) throws {
        try bytes.write(to: URL(fileURLWithPath: path + "/" + name))
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path + "/" + name, encoding: .utf8) }

    func names(in name: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path + "/" + name)) ?? []).sorted()
    }

    /// Runs `rotation-job` in the workspace, as an operator would.
    func job(_ arguments: String..., environment: [String: String] = [:]) async throws -> Output {
        try await Program.run(Program.rotationJob, arguments, in: path, environment: environment)
    }

    /// Runs it and stops the test where it does not exit with `status`.
    @discardableResult
    func job(_ arguments: String..., expecting status: Int32) async throws -> Output {
        let output = try await Program.run(Program.rotationJob, arguments, in: path)
        try #require(output.signal == nil && output.status == status, output.story)
        return output
    }

    /// Makes the fleet and the CSRs of a description (see Tools/devices.py) in ``scratch``.
    private func make(devices description: String) async throws {
        let made = try await Program.run(
            Program.python,
            [
                "-B", "-W", "ignore", Package.tools + "/devices.py", "--authorities",
                Package.fixtures + "/plant/authorities",
            ]
                + ["--out", scratch, "--now", now],
            input: Data(description.utf8))
        try #require(made.status == 0, made.story)
    }

    /// Makes devices from a description (see Tools/devices.py), imports them and puts their CSRs into the inbox.
    func add(devices description: String) async throws {
        try await make(devices: description)
        try await job("inventory", "import", scratch + "/fleet.ndjson", expecting: 0)
        try handInAll()
    }

    /// The plant fleet and the odd devices, imported as NDJSON, with all CSRs in the inbox.
    func addPlant() async throws {
        let files = FileManager.default
        try await make(devices: Workspace.fixture("odd-devices.json"))
        let fleet =
            try String(contentsOfFile: scratch + "/fleet.ndjson", encoding: .utf8)
            + Workspace.fixture("plant/fleet.ndjson")
        try Data(fleet.utf8).write(to: URL(fileURLWithPath: scratch + "/fleet.ndjson"))
        for name in try files.contentsOfDirectory(atPath: Package.fixtures + "/plant/csr") {
            try files.copyItem(atPath: Package.fixtures + "/plant/csr/" + name, toPath: scratch + "/csr/" + name)
        }
        try await job("inventory", "import", scratch + "/fleet.ndjson", expecting: 0)
        try handInAll()
    }

    /// Copies what stands in scratch/csr into the inbox.
    func handInAll() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: scratch + "/csr") {
            try FileManager.default.copyItem(atPath: scratch + "/csr/" + name, toPath: path + "/inbox/csr/" + name)
        }
    }

    /// What the plan at ``now`` is.
    func plan() async throws -> PlanDocument {
        try PlanDocument(await job("plan", "--at", now, "--format", "json", expecting: 0))
    }

    /// Lets the devices answer their manifests (see Tools/answer.py), all but those whose id starts with `silent`.
    func answer(at: String, not silent: String? = nil) async throws {
        let output = try await Program.run(
            Program.python,
            ["-B", "-W", "ignore", Package.tools + "/answer.py", "--workspace", path, "--at", at]
                + ["--keys", scratch + "/keys"] + (silent.map { ["--not", $0] } ?? []))
        try #require(output.status == 0, output.story)
    }

    /// The inventory as NDJSON.
    func export() async throws -> String {
        try await job("inventory", "export", "--format", "ndjson", expecting: 0).stdout
    }

    /// The payload of the one manifest whose file is named after `name`.
    func manifest(_ name: String) throws -> ManifestPayload {
        let path = try #require(
            Tree(path + "/delivery").files.first { $0.hasSuffix("/\(name).jws") }, "no manifest of \(name)")
        return try ManifestPayload(compact: text("delivery/" + path))
    }
}

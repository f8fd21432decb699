import Foundation
import Testing

@Suite("rotation-gate, with devices and with what stands around it")
struct GateFleetTests {
    /// A tool in Python, with the built programs.
    private func tool(_ name: String, _ arguments: [String]) async throws -> Output {
        let folder = try TemporaryDirectory()
        // Servers lie where only root's PATH leads.
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin"
        return try await DeviceAgent.program(
            [Program.testPython, "-B", "-W", "ignore", "\(Package.tools)/\(name)"] + arguments + [
                "--job", Program.rotationJob, "--gate", Program.rotationGate, "--agent", DeviceAgent.script,
                folder / "fleet",
            ], environment: ["PATH": path])
    }

    private struct Life: Decodable {
        let devices: Int, done: Int, accepted: Int, runs: Int, broken: Int
        let killed: [String: Int]
    }

    @Test(
        "A fleet of agents, EST clients and curl lives through a rotation while gate and job are killed, and nothing that was acknowledged is lost",
        arguments: [1, 2])
    func fleet(seed: Int) async throws {
        let output = try await tool("gate_fleet.py", ["--devices", "24", "--seed", "\(seed)", "--kills", "10"])
        try #require(output.status == 0, output.story)
        let life = try JSONDecoder().decode(Life.self, from: output.stdoutBytes)
        #expect(life.devices == 24 && life.done == 24 && life.broken == 0, output.story)
        #expect(life.accepted >= 24 && life.killed.values.reduce(0, +) > 0, output.story)
    }

    @Test(
        "Behind nginx and HAProxy, as the examples have them, devices are known, forged headers are not, and no session is resumed"
    )
    func proxies() async throws {
        let output = try await tool("gate_judges.py", ["proxies", "--examples", Package.root + "/examples/gate"])
        #expect(output.stdout == "nginx: as it should be\nhaproxy: as it should be\n", output.story)
    }

    @Test("strongSwan gets the authority and, once a run has been there, its certificate")
    func enrollment() async throws {
        let output = try await tool("gate_judges.py", ["enrollment"])
        #expect(output.stdout == "strongSwan: enrolled\n", output.story)
    }

    @Test("schemathesis finds the gate to be as its description says")
    func description() async throws {
        let output = try await tool(
            "gate_judges.py", ["description", "--description", Package.root + "/docs/gate.openapi.yaml"])
        #expect(output.stdout == "schemathesis: nothing wrong\n", output.story)
    }

    @Test("sslscan finds AWS IoT's suites, TLS 1.2 and 1.3, and neither Heartbleed nor renegotiation")
    func suites() async throws {
        let output = try await tool("gate_judges.py", ["suites"])
        #expect(output.stdout == "sslscan: as it should be\n", output.story)
    }

    @Test("The reference agent says what the gate refuses it for, and comes again where there is none")
    func agent() async throws {
        let output = try await tool("gate_judges.py", ["agent"])
        #expect(output.stdout == "the agent: as it should be\n", output.story)
    }
}

import Foundation
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Gate

@Suite("Unix sockets, health and metrics")
struct LocalSocketTests {
    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test("The proxy's socket is its group's too, the operator's is the gate's user's alone")
    func modes() async throws {
        try await TestGate.serving { (gate) async throws in
            #expect(try mode(gate.folder["proxy.sock"]) == 0o660)
            #expect(try mode(gate.folder["local.sock"]) == 0o600)
        }
    }

    /// Why nothing can listen there.
    private func refusal(_ path: String) -> RotationError.Code? {
        do throws(RotationError) {
            _ = try UnixListener(path: path, mode: 0o600)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("What a process that died left is replaced; what somebody listens on, or is no socket, is not")
    func stale() async throws {
        let folder = try TemporaryFolder()
        let path = folder["x.sock"]
        let leave = "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
        #expect(try await Programs.run([Programs.python, "-c", leave, path]).status == 0)
        let listener = try UnixListener(path: path, mode: 0o600)
        #expect(refusal(path) == .locked)
        #expect(FileManager.default.fileExists(atPath: path))
        listener.remove()
        #expect(!FileManager.default.fileExists(atPath: path))
        try folder.write("x.sock", "a file")
        #expect(refusal(path) == .configuration)
        #expect(try folder.read("x.sock") == Array("a file".utf8))
        // One that took its place is not removed by whoever was there before.
        listener.remove()
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("Health says 200 while the gate can serve, and 503 with the reason where it cannot")
    func health() async throws {
        var options = TestGate.Options()
        options.trouble = { "the inventory cannot be read" }
        for (options, status) in [(TestGate.Options(), 200), (options, 503)] {
            try await TestGate.serving(options) { gate in
                let local = ["--unix-socket", gate.folder["local.sock"]]
                let health = try await gate.curl(local + ["--include", "http://gate/healthz"])
                #expect(health.text.hasPrefix("HTTP/1.1 \(status) "))
                #expect(health.text.contains("the inventory cannot be read") == (status == 503))
                #expect(try await gate.status(local + ["--data", "x", "http://gate/healthz"]) == 405)
                #expect(try await gate.seen(local + ["http://gate/authorise"]).transport == "local")
            }
        }
    }

    @Test("Devices and proxies see neither health nor metrics: their requests go to the routes")
    func hidden() async throws {
        try await TestGate.serving { (gate) async throws in
            for path in ["/healthz", "/metrics"] {
                #expect(try await gate.seen([gate.url + path]).transport == "tls")
                let proxied = ["--unix-socket", gate.folder["proxy.sock"], "http://gate" + path]
                #expect(try await gate.seen(proxied).transport == "proxy")
            }
        }
    }

    @Test("Metrics are OpenMetrics by Prometheus' own reader, and count what happened, under no word of a stranger's")
    func metrics() async throws {
        let sensor = try Identity.sensor.get()
        try await TestGate.serving { gate in
            gate.metrics.register(gauge: "rotation_gate_spool_age_seconds", unit: "seconds", help: "Of the oldest") {
                1.5
            }
            gate.metrics.register(gauge: "rotation_gate_odd", help: "With labels") {
                [(labels: [(name: "path", value: "a\"b\\c\nd")], value: 2)]
            }
            _ = try await gate.curl(["--tls-max", "1.2", gate.url + "/v1/manifest"], as: sensor)
            _ = try await gate.curl([gate.url + "/v1/crl/fleet-ca-1.crl"])
            _ = try await gate.curl(["--globoff", gate.url + "/strange\"path{}"])
            _ = try await gate.curl([gate.url + "/refused"])
            let samples = try await gate.samples()
            #expect(samples["rotation_gate_handshakes_total{outcome=certificate,version=TLSv1.2}"] == 1)
            #expect(samples["rotation_gate_handshakes_total{outcome=no-certificate,version=TLSv1.3}"] == 3)
            #expect(samples["rotation_gate_requests_total{route=/v1/manifest,status=200}"] == 1)
            #expect(samples["rotation_gate_requests_total{route=/v1/crl/NAME,status=200}"] == 1)
            #expect(samples["rotation_gate_requests_total{route=other,status=200}"] == 1)
            #expect(samples["rotation_gate_requests_total{route=other,status=403}"] == 1)
            #expect(samples["rotation_gate_refusals_total{code=revoked}"] == 1)
            #expect(samples["rotation_gate_request_duration_seconds_count"] == 4)
            #expect(samples["rotation_gate_request_duration_seconds_bucket{le=+Inf}"] == 4)
            #expect(samples["rotation_gate_spool_age_seconds"] == 1.5)
            #expect(samples["rotation_gate_odd{path=a\"b\\c\nd}"] == 2)
            #expect(samples["rotation_gate_connections"] != nil)
        }
    }
}

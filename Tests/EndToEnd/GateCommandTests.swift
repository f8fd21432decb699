import Foundation
import Testing

@Suite("rotation-gate, as an operator starts it")
struct GateCommandTests {
    /// A workspace with a server's certificate.
    private func folder(_ gate: String?) async throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        let workspace = try await Program.run(Program.rotationJob, ["init", folder.path])
        try #require(workspace.status == 0, workspace.story)
        let made = try await Program.run(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "30", "-subj", "/CN=first", "-keyout", folder / "server.key", "-out", folder / "server.pem",
            ])
        try #require(made.status == 0, made.story)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder / "server.key")
        let certificates = "certificates: [{ certificate: server.pem, key: { file: server.key } }]"
        let path = folder / "rotation.yaml"
        let text =
            try String(contentsOfFile: path, encoding: .utf8)
            + (gate.map { "gate: { \($0), \(certificates) }\n" } ?? "")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return folder
    }

    /// Waits until something holds, for as long as a loaded machine may take.
    private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<600 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    private func curl(_ arguments: [String]) async throws -> Output {
        try await Program.run("/usr/bin/env", ["curl", "-sSk", "--max-time", "60"] + arguments)
    }

    @Test("It says its version and its help, and refuses wrong usage with 64")
    func usage() async throws {
        let version = try await Program.run(Program.rotationGate, ["--version"])
        #expect(version.status == 0 && version.stdout.firstMatch(of: /^\d+\.\d+\.\d+\n$/) != nil, version.story)
        let help = try await Program.run(Program.rotationGate, ["--help"])
        #expect(help.status == 0 && help.stdout.contains("--check") && help.stdout.contains("SIGHUP"), help.story)
        let wrong = try await Program.run(Program.rotationGate, ["--liste"])
        #expect(wrong.status == 64 && wrong.stdout.isEmpty, wrong.story)
    }

    @Test("Without `gate`, with nothing to listen on, or with a mistake, it ends with 78 and says what to write")
    func configuration() async throws {
        for (gate, message) in [
            (nil, "there is no `gate` in the configuration"),
            ("local: local.sock", "the gate has nothing to listen on for devices"),
            ("lisen: []", "unknown key `lisen` in `gate`"),
        ] as [(String?, String)] {
            let folder = try await folder(gate)
            let output = try await Program.run(Program.rotationGate, ["--config", folder / "rotation.yaml"])
            #expect(output.status == 78 && output.stdout.isEmpty, output.story)
            #expect(output.stderr.contains(message), output.story)
            #expect(!FileManager.default.fileExists(atPath: folder / "local.sock"))
        }
    }

    @Test("--check says whether configuration and certificates can be used, and listens nowhere")
    func check() async throws {
        let folder = try await folder("listen: \"127.0.0.1:0\", local: local.sock")
        let arguments = ["--config", folder / "rotation.yaml", "--check"]
        let good = try await Program.run(Program.rotationGate, arguments)
        #expect(good.status == 0 && good.stderr.contains("`gate` can be used"), good.story)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder / "server.key")
        let open = try await Program.run(Program.rotationGate, arguments)
        #expect(open.status == 77 && open.stderr.contains("chmod 600"), open.story)
        try FileManager.default.removeItem(atPath: folder / "server.key")
        #expect(try await Program.run(Program.rotationGate, arguments).status == 69)
        #expect(!FileManager.default.fileExists(atPath: folder / "local.sock"))
    }

    @Test("It serves, takes a new certificate on SIGHUP, ends with 0 on SIGTERM, and has logged each request in a line")
    func serves() async throws {
        let folder = try await folder("proxy: proxy.sock, local: local.sock, listen: \"127.0.0.1:0\"")
        let gate = try Program.start(Program.rotationGate, ["--config", folder / "rotation.yaml"])
        let local = ["--unix-socket", folder / "local.sock"]
        #expect(try await eventually { try await curl(local + ["http://gate/healthz"]).stdout == #"{"status":"ok"}"# })
        let answer = try await curl(["--unix-socket", folder / "proxy.sock", "-i", "http://gate/nothing"])
        #expect(answer.stdout.hasPrefix("HTTP/1.1 404 ") && answer.stdout.contains("application/problem+json"))
        #expect(answer.stdout.contains(#""code":"not-found""#), answer.story)
        gate.send(SIGHUP)
        #expect(
            try await eventually {
                try await curl(local + ["http://gate/metrics"]).stdout
                    .contains(#"certificate_reloads_total{outcome="done"} 1"#)
            })
        gate.send(SIGTERM)
        let output = await gate.output()
        #expect(output.status == 0 && output.signal == nil, output.story)
        #expect(output.stderr.contains(#"listens on 127.0.0.1:"#) && output.stderr.contains("(TLS)"), output.story)
        #expect(output.stdout.contains(#""path":"/nothing","status":404,"refusal":"not-found""#), output.story)
        for line in output.stdout.split(separator: "\n") {
            #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
        }
        for socket in ["proxy.sock", "local.sock"] {
            #expect(!FileManager.default.fileExists(atPath: folder / socket))
        }
    }

    @Test("A second gate on the same sockets ends with 75, and the first one goes on")
    func second() async throws {
        let folder = try await folder("proxy: proxy.sock")
        let first = try Program.start(Program.rotationGate, ["--config", folder / "rotation.yaml"])
        let request = ["--unix-socket", folder / "proxy.sock", "-o", "/dev/null", "-w", "%{http_code}", "http://gate/"]
        #expect(try await eventually { try await curl(request).stdout == "404" })
        let second = try await Program.run(Program.rotationGate, ["--config", folder / "rotation.yaml"])
        #expect(second.status == 75, second.story)
        #expect(try await curl(request).stdout == "404")
        first.send(SIGTERM)
        #expect(await first.output().status == 0)
    }

    @Test("Sockets that systemd opened are served by their names, and `listen` is not opened again")
    func activation() async throws {
        let folder = try await folder("listen: \"192.0.2.1:1\"")
        // As systemd does it: descriptors from 3 on, and three variables.
        let starter = """
            import os, socket, sys
            program, folder = sys.argv[1], sys.argv[2]
            tcp = socket.create_server(("127.0.0.1", 0))
            with open(folder + "/port.new", "w") as file: file.write(str(tcp.getsockname()[1]))
            local = socket.socket(socket.AF_UNIX)
            local.bind(folder + "/activated.sock")
            local.listen()
            for number, one in ((10, tcp), (11, local)): os.dup2(one.fileno(), number)
            for number in (3, 4): os.dup2(number + 7, number, inheritable=True)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2", LISTEN_FDNAMES="tls:local")
            os.rename(folder + "/port.new", folder + "/port")
            os.execv(program, [program, "--config", folder + "/rotation.yaml"])
            """
        let gate = try Program.start(Program.python, ["-c", starter, Program.rotationGate, folder.path])
        #expect(try await eventually { FileManager.default.fileExists(atPath: folder / "port") })
        let port = try String(contentsOfFile: folder / "port", encoding: .utf8)
        let answer = try await curl(["-o", "/dev/null", "-w", "%{http_code}", "https://127.0.0.1:\(port)/"])
        #expect(answer.stdout == "404", answer.story)
        let health = try await curl(["--unix-socket", folder / "activated.sock", "http://gate/healthz"])
        #expect(health.stdout == #"{"status":"ok"}"#, health.story)
        gate.send(SIGTERM)
        let output = await gate.output()
        #expect(output.status == 0 && !output.stderr.contains("192.0.2.1"), output.story)
        // The file is systemd's.
        #expect(FileManager.default.fileExists(atPath: folder / "activated.sock"))
    }
}

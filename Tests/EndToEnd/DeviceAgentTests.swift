import Foundation
import Testing

@Suite("The reference device agent", .serialized)
struct DeviceAgentTests {
    @Test("shellcheck has nothing to say about it")
    func shellcheck() async throws {
        let output = try await DeviceAgent.program(
            ["shellcheck", "--shell=sh", "--severity=style", DeviceAgent.script])
        #expect(output.status == 0, output.story)
    }

    @Test(
        "it asks, the job certifies its key, it installs and confirms with that key",
        arguments: DeviceAgent.Shell.allCases,
        [("ecdsa-p256", "ES256"), ("ecdsa-p384", "ES384"), ("ecdsa-p521", "ES512"), ("rsa-2048+", "RS256")])
    func life(shell: DeviceAgent.Shell, kind: (key: String, algorithm: String)) async throws {
        let workspace = try await Workspace {
            $0.replacing("[ecdsa-p256, ecdsa-p384, rsa-2048+]", with: "[\(kind.key)]")
        }
        try await workspace.add(
            devices: #"{"devices": [{"device": "d1", "certificates": [{"left": 5, "lifetime": 90}]}]}"#)
        var agent = try await DeviceAgent(
            "d1", shell: shell, manifests: workspace.path + "/delivery", inbox: workspace.path + "/inbox")
        try await agent.run(expecting: 0, saying: "no manifest for this device yet")
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try workspace.manifest("d1").action == "rekey")

        try await agent.run(expecting: 0, saying: "handed a CSR in")
        #expect(workspace.names(in: "inbox/csr") == ["d1.csr"])
        let csr = try workspace.text("inbox/csr/d1.csr")
        try await agent.run(expecting: 0, saying: "handed a CSR in")
        #expect(try workspace.text("inbox/csr/d1.csr") == csr, "until the certificate comes it asks with the same key")

        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(workspace.names(in: "inbox/csr") == [] && workspace.names(in: "inbox/rejected") == [])
        let manifest = try workspace.manifest("d1")
        #expect(manifest.action == "install")
        try await agent.run(expecting: 0, saying: "confirmed certificate")
        #expect(try String(contentsOfFile: agent.certificate, encoding: .utf8) == manifest.certificate)
        let ack = try await agent.confirmation(at: workspace.path + "/inbox/ack/d1.jws")
        #expect(ack.header.alg == kind.algorithm && ack.header.typ == "rotation-ack")
        #expect(
            ack.payload
                == .init(
                    device: "d1", sequence: manifest.sequence, fingerprint: try await fingerprint(agent), time: now))
        let tree = Tree(agent.state)
        #expect(tree.files.filter { $0.hasSuffix("key.pem") } == ["certs/1/key.pem"], "the key waits no longer")
        #expect(tree.entries["certs/1/key.pem"]?.hasPrefix("file \(0o600) ") == true)
        #expect(tree.entries.values.allSatisfy { $0 != "folder \(0o755)" }, "nobody else can look in")

        // The job believes the confirmation, lets the old certificate go after the overlap, and says that nothing is left to do.
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(workspace.names(in: "inbox/ack") == [] && workspace.names(in: "inbox/rejected") == [])
        agent.time = "2026-12-08T01:00:00Z"
        try await workspace.job("run", "--at", agent.time, expecting: 0)
        let device = try #require(try ExportedDevice.all(await workspace.export()).first)
        #expect(device.count("INACTIVE") == 1 && device.count("ACTIVE") == 1)
        try await agent.run(expecting: 0, saying: "nothing to do")
        // A `none` is not signed anew; months later there is still nothing to do.
        agent.time = "2027-02-08T01:00:00Z"
        try await agent.run(expecting: 0, saying: "nothing to do (the manifest expired")
        #expect(try String(contentsOfFile: agent.certificate, encoding: .utf8) == manifest.certificate)
    }

    @Test(
        "with a certificate in use it signs its next CSR, which a policy that takes no others certifies",
        arguments: DeviceAgent.Shell.allCases, ["ecdsa-p256", "ecdsa-p521", "rsa-2048+"])
    func signsRequests(shell: DeviceAgent.Shell, kind: String) async throws {
        let workspace = try await Workspace {
            $0.replacing("[ecdsa-p256, ecdsa-p384, rsa-2048+]", with: "[\(kind)]")
        }
        try await workspace.add(
            devices: #"{"devices": [{"device": "d1", "certificates": [{"left": 5, "lifetime": 90}]}]}"#)
        var agent = try await DeviceAgent(
            "d1", shell: shell, manifests: workspace.path + "/delivery", inbox: workspace.path + "/inbox")
        func run() async throws { try await workspace.job("run", "--accept-time", agent.time, expecting: 0) }
        try await run()
        try await agent.run(expecting: 0, saying: "handed a CSR in")
        try await run()
        try await agent.run(expecting: 0, saying: "confirmed certificate")
        try await run()

        let policy = try workspace.text("policies/simple.yaml")
        try workspace.write(
            "policies/simple.yaml",
            policy.replacing("requests: any", with: "requests: authenticated"))
        agent.time = "2027-02-10T00:00:00Z"
        // The first lets the old certificate go.
        for _ in 0..<2 { try await run() }
        #expect(try workspace.manifest("d1").action == "rekey")
        try await agent.run(expecting: 0, saying: "handed a CSR in")
        #expect(workspace.names(in: "inbox/csr") == ["d1.jws"])
        // What somebody plants beside it is not answered.
        try workspace.write(
            "inbox/csr/d1.csr", FileManager.default.contents(atPath: agent.state + "/pending/2/request.csr") ?? Data())
        try await run()
        #expect(try workspace.manifest("d1").action == "install")
        #expect(workspace.names(in: "inbox/csr") == [])
        try await agent.run(expecting: 0, saying: "confirmed certificate")
    }

    @Test("A device that lost the key of its new certificate asks with another, and gets one for that a day later")
    func lostKey() async throws {
        let workspace = try await Workspace()
        try await workspace.add(
            devices: #"{"devices": [{"device": "d1", "certificates": [{"left": 5, "lifetime": 90}]}]}"#)
        var agent = try await DeviceAgent(
            "d1", manifests: workspace.path + "/delivery", inbox: workspace.path + "/inbox")
        try await workspace.job("run", "--at", now, expecting: 0)
        try await agent.run(expecting: 0, saying: "handed a CSR in")
        try await workspace.job("run", "--at", now, expecting: 0)
        try FileManager.default.removeItem(atPath: agent.state + "/pending")
        for _ in 0..<2 { try await agent.run(expecting: 0, saying: "for a key that is not here") }
        #expect(workspace.names(in: "inbox/csr") == ["d1.csr"] && workspace.names(in: "inbox/ack") == [])
        agent.time = "2026-12-02T01:00:00Z"
        try await workspace.job("run", "--at", agent.time, expecting: 0)
        try await agent.run(expecting: 0, saying: "confirmed certificate")
        try await workspace.job("run", "--at", agent.time, expecting: 0)
        let device = try #require(try ExportedDevice.all(await workspace.export()).first)
        #expect(device.count("ACTIVE") == 2 && device.count("INACTIVE") == 1)
    }

    private func fingerprint(_ agent: DeviceAgent) async throws -> String {
        let output = try await DeviceAgent.program(["openssl", "x509", "-in", agent.certificate, "-outform", "DER"])
        return try await DeviceAgent.sha256(output.stdoutBytes)
    }

    @Test(
        "whatever a device is called, the job and the agent mean the same files", arguments: DeviceAgent.Shell.allCases)
    func names(shell: DeviceAgent.Shell) async throws {
        let names = [
            "../../etc/passwd", "..", ".hidden", "-d", "a b\"c'd\\n\\", "%2e%41", "$(touch run)`id`;*?[", "日本 🛰️",
            String(repeating: "x", count: 128), String(repeating: "/", count: 128), String(repeating: "é", count: 64),
        ]
        let workspace = try await Workspace()
        let devices = names.map { ["device": $0, "certificates": [["left": 5, "lifetime": 90]]] as [String: Any] }
        let description = try JSONSerialization.data(withJSONObject: ["devices": devices])
        try await workspace.add(devices: String(decoding: description, as: UTF8.self))
        try await workspace.job("run", "--at", now, expecting: 0)
        var agents: [DeviceAgent] = []
        for name in names {
            let agent = try await DeviceAgent(
                name, shell: shell, manifests: workspace.path + "/delivery", inbox: workspace.path + "/inbox")
            try await agent.run(expecting: 0, saying: "handed a CSR in")
            agents.append(agent)
        }
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(workspace.names(in: "inbox/rejected") == [])
        for agent in agents { try await agent.run(expecting: 0, saying: "confirmed certificate") }
        let acks = workspace.names(in: "inbox/ack")
        #expect(acks.count == names.count)
        var said: Set<[UInt8]> = []
        for (agent, name) in zip(agents, names) {
            let digest = try await DeviceAgent.sha256(Data(name.utf8))
            let file = try #require(
                Tree(workspace.path + "/delivery/manifests/\(digest.prefix(2))/\(digest.dropFirst(2).prefix(2))").files
                    .first)
            let ack = try await agent.confirmation(at: workspace.path + "/inbox/ack/" + file)
            said.insert(Array(ack.payload.device.utf8))
        }
        #expect(said == Set(names.map { Array($0.utf8) }))
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(workspace.names(in: "inbox/rejected") == [] && workspace.names(in: "inbox/ack") == [])
    }

    @Test("over HTTP it fetches with GET and hands in with PUT", arguments: DeviceAgent.Shell.allCases)
    func http(shell: DeviceAgent.Shell) async throws {
        let made = try MadeDelivery()
        let server = try Program.start(
            Program.python,
            [
                "-B", Package.tools + "/device_agent.py", "serve", "--root", made.root, "--port-file",
                made.root + "/port",
            ])
        defer { server.send(SIGTERM) }
        for _ in 0..<200 where !FileManager.default.fileExists(atPath: made.root + "/port") {
            try await Task.sleep(for: .milliseconds(25))
        }
        let site = "http://127.0.0.1:" + (try made.text("port"))
        let device = "pump/1 %"
        var agent = try await made.agent(device, shell: shell)
        agent.manifests = site + "/delivery"
        agent.inbox = site + "/inbox"
        try await agent.run(expecting: 0, saying: "no manifest for this device yet")
        try await made.publish("rekey", sequence: 1, for: device)
        try await agent.run(expecting: 0, saying: "handed a CSR in")
        let csr = made.inbox + "/csr/pump%2F1%20%25.csr"
        try await made.publish("install", sequence: 2, #""csr": "\#(csr)""#, for: device)
        agent.key =
            "sha256:" + (try await DeviceAgent.sha256(Data(made.text("delivery/keys.json").utf8)))
        try await agent.run(expecting: 0, saying: "confirmed certificate")
        #expect(try await agent.confirmation(at: made.inbox + "/ack/pump%2F1%20%25.jws").payload.device == device)

        agent.manifests = site + "/endless"
        try await agent.run(expecting: 75, saying: "cannot be read")
        agent.manifests = "http://127.0.0.1:1/delivery"
        try await agent.run(expecting: 75, saying: "cannot be read")
    }

    @Test("settings in a file are texts: nothing in them is run, and the command line wins")
    func configuration() async throws {
        let made = try MadeDelivery()
        try await made.publish("rekey", sequence: 1)
        let file = made.root + "/agent.conf"
        let mark = made.root + "/run"
        try Data(
            """
            # of this device
            DEVICE=d2
            MANIFESTS=\(made.delivery)
            INBOX=$(touch \(mark))`touch \(mark)`
            KEY=\(made.delivery)/keys.json
            STATE=\(made.root)/state
            """.utf8
        ).write(to: URL(fileURLWithPath: file))
        let output = try await DeviceAgent.program(
            ["dash", DeviceAgent.script, "-c", file, "-i", made.inbox, "d1"],
            environment: ["AGENT_NOW": now])
        #expect(output.status == 0, output.story)
        #expect(Tree(made.inbox).files == ["csr/d1.csr"])
        let foreign = try await DeviceAgent.program(
            ["dash", DeviceAgent.script, "-c", file], environment: ["AGENT_NOW": now])
        #expect(foreign.status == 1 && foreign.stderr.contains("belongs to another device"), foreign.story)
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    @Test(
        "wrong usage is exit status 64, and help names every option",
        arguments: [
            [], ["-m", "/", "-i", "/"], ["-m", "/", "d1"], ["-i", "/", "d1"], ["-m"], ["--what"], ["-c", "/nowhere"],
            ["-m", "/", "-i", "/", "d1", "d2"], ["-m", "/", "-i", "/", "bell\u{7}"],
            ["-m", "/", "-i", "/", String(repeating: "é", count: 65)],
        ])
    func usage(arguments: [String]) async throws {
        let output = try await DeviceAgent.program(["dash", DeviceAgent.script] + arguments)
        #expect(output.status == 64 && output.stdout == "" && output.stderr.contains("--help"), output.story)
        let help = try await DeviceAgent.program(["dash", DeviceAgent.script, "--help"])
        #expect(help.status == 0 && help.stderr == "")
        for option in ["-d", "-m", "-i", "-k", "-a", "-A", "-t", "-c", "--confirm-again", "--help"] {
            #expect(help.stdout.contains("\n  \(option) ") || help.stdout.contains("\n  \(option)\n"), "\(option)")
        }
    }
}

import Foundation
import Testing

@Suite("What the reference device agent keeps, and how it goes on", .serialized)
struct DeviceAgentStateTests {
    private static let files = FileManager.default

    private func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func link(_ path: String) -> String? { try? Self.files.destinationOfSymbolicLink(atPath: path) }

    /// A device that holds a confirmed certificate, and made another key and CSR for the next one.
    private func device(_ made: MadeDelivery, shell: DeviceAgent.Shell = .dash) async throws -> DeviceAgent {
        let agent = try await made.agent(shell: shell)
        try await made.publish("rekey", sequence: 1)
        try await agent.run(expecting: 0)
        try await made.publishCertificate(sequence: 2)
        try await agent.run(expecting: 0, saying: "confirmed")
        try await made.publish("rekey", sequence: 3)
        try await agent.run(expecting: 0, saying: "made a key")
        return agent
    }

    @Test("a refused CSR is answered once, with a new key; the certificate for an earlier one is still taken")
    func refused() async throws {
        let made = try MadeDelivery()
        let agent = try await made.agent()
        try await made.publish("rekey", sequence: 1)
        try await agent.run(expecting: 0)
        let first = try made.text("inbox/csr/d1.csr")
        try await made.publish("rekey", sequence: 2)
        try await agent.run(expecting: 0)
        #expect(try made.text("inbox/csr/d1.csr") == first, "asked again, and nothing was wrong with it")
        let refusal = #""payload": {"request": {"keys": ["ecdsa-p256"], "subject": "", "refused": "reused-key: no"}}"#
        try await made.publish("rekey", sequence: 3, refusal)
        try await agent.run(expecting: 0, saying: "reused-key: no")
        let second = try made.text("inbox/csr/d1.csr")
        #expect(second != first)
        try await agent.run(expecting: 0)
        #expect(try made.text("inbox/csr/d1.csr") == second)
        try await made.publish(
            "rekey", sequence: 4, #""payload": {"request": {"keys": ["rsa-2048+"], "subject": ""}}"#)
        try await agent.run(expecting: 0, saying: "made a key (rsa-2048)")

        try Data(first.utf8).write(to: URL(fileURLWithPath: made.inbox + "/csr/d1.csr"))
        try await made.publishCertificate(sequence: 5)
        try await agent.run(expecting: 0, saying: "confirmed")
        #expect(Tree(agent.state + "/pending").files.filter { $0.hasSuffix("key.pem") } == ["2/key.pem", "3/key.pem"])
    }

    @Test(
        "a certificate that does not work is taken back, not confirmed, and tried again",
        arguments: DeviceAgent.Shell.allCases)
    func rollBack(shell: DeviceAgent.Shell) async throws {
        let made = try MadeDelivery()
        let agent = try await device(made, shell: shell)
        let (old, ack) = (try read(agent.certificate), try made.text("inbox/ack/d1.jws"))
        try await made.publishCertificate(sequence: 4)
        for _ in 0..<2 {
            try await agent.run("-t", "cat \"$DEVICE_CERTIFICATE\"; false", expecting: 1, saying: "does not work")
            #expect(try read(agent.certificate) == old)
            #expect(try made.text("inbox/ack/d1.jws") == ack)
        }
        #expect(
            Tree(agent.state + "/certs").files.filter { $0.hasSuffix("key.pem") }.count == 2, "each try is not kept")
        let trial =
            #"[ "$DEVICE_ID" = d1 ] && openssl verify -no_check_time -CAfile "$DEVICE_CHAIN" "$DEVICE_CERTIFICATE" && [ -f "$DEVICE_KEY" ]"#
        try await agent.run("-t", trial, expecting: 0, saying: "confirmed")
        #expect(try read(agent.certificate) != old)
        #expect(link(agent.state + "/previous") == "certs/1", "the old one stays until the job says that it may go")
        try await agent.run("-t", "false", expecting: 0)
        #expect(link(agent.state + "/current") == "certs/2", "what worked is not tried again")
    }

    @Test("a first certificate that does not work leaves the device with none, as it was")
    func rollBackToNothing() async throws {
        let made = try MadeDelivery()
        let agent = try await made.agent()
        try await made.publish("rekey", sequence: 1)
        try await agent.run(expecting: 0)
        try await made.publishCertificate(sequence: 2)
        try await agent.run("-t", "false", expecting: 1)
        #expect(link(agent.state + "/current") == nil)
        try await agent.run(expecting: 0, saying: "confirmed")
    }

    @Test("a confirmation is handed in once a manifest, and again when asked or when the job asks again")
    func confirmsAgain() async throws {
        let made = try MadeDelivery()
        let agent = try await made.agent()
        try await made.publish("rekey", sequence: 1)
        try await agent.run(expecting: 0)
        try await made.publishCertificate(sequence: 2)
        try await agent.run(expecting: 0, saying: "confirmed certificate")
        let place = made.inbox + "/ack/d1.jws"
        try Self.files.removeItem(atPath: place)
        try await agent.run(expecting: 0, saying: "installed and confirmed")
        #expect(!Self.files.fileExists(atPath: place), "the job has taken it")
        try await agent.run("--confirm-again", expecting: 0)
        #expect(try await agent.confirmation(at: place).payload.sequence == 2)
        let certificate = try JSONEncoder().encode(read(agent.certificate))
        try await made.publishCertificate(
            sequence: 7, #""payload": {"certificate": \#(String(decoding: certificate, as: UTF8.self))}"#)
        try await agent.run(expecting: 0, saying: "confirmed certificate")
        #expect(try await agent.confirmation(at: place).payload.sequence == 7)
        #expect(link(agent.state + "/current") == "certs/1", "it is the same certificate")
    }

    @Test("a certificate for the key in use is installed where the policy lets the key stay")
    func keyStays() async throws {
        let made = try MadeDelivery()
        let agent = try await made.agent()
        try await made.publish("rekey", sequence: 1)
        try await agent.run(expecting: 0)
        for sequence in 2...4 {
            try await made.publishCertificate(sequence: sequence)
            try await agent.run(expecting: 0, saying: "confirmed")
        }
        #expect(link(agent.state + "/current") == "certs/3")
        #expect(Tree(agent.state + "/certs").files.filter { $0.hasSuffix("key.pem") } == ["2/key.pem", "3/key.pem"])
    }

    @Test("when the rotation is over the old certificate and key go, unless it is the new one that was revoked")
    func over() async throws {
        let made = try MadeDelivery()
        let agent = try await device(made)
        try await made.publishCertificate(sequence: 4)
        try await agent.run(expecting: 0)
        try await made.publish("none", sequence: 5, #""payload": {"reason": {"code": "revoked", "text": "stolen"}}"#)
        try await agent.run(expecting: 0, saying: "stolen")
        #expect(Self.files.fileExists(atPath: agent.state + "/certs/1/key.pem"))
        try await made.publish("none", sequence: 6)
        try await agent.run(expecting: 0, saying: "nothing to do")
        #expect(Tree(agent.state + "/certs").files.filter { $0.hasSuffix("key.pem") } == ["2/key.pem"])
        #expect(link(agent.state + "/previous") == nil)
        try await made.publish("install", sequence: 4, #""csr": "\#(made.inbox)/csr/d1.csr""#)
        try await agent.run(expecting: 1, saying: "a replay")
    }

    @Test("a manifest that was there and is gone is no reason to do anything")
    func gone() async throws {
        let made = try MadeDelivery()
        let agent = try await device(made)
        let before = agent.tree(inbox: made.inbox)
        try Self.files.removeItem(atPath: made.delivery + "/manifests")
        try await agent.run(expecting: 75, saying: "the manifest is gone")
        #expect(agent.tree(inbox: made.inbox) == before)
    }

    @Test(
        "one call at a time: a second one says so; a lock whose owner died, or whose number another process has now, does not hold"
    )
    func lock() async throws {
        let made = try MadeDelivery()
        let agent = try await device(made)
        try await made.publishCertificate(sequence: 4)
        let mark = made.root + "/trying"
        let slow = Task { [agent] in
            try await agent.run(["-t", "touch \(mark); while [ -e \(mark) ]; do sleep 0.05; done"])
        }
        for _ in 0..<200 where !Self.files.fileExists(atPath: mark) { try await Task.sleep(for: .milliseconds(25)) }
        try await agent.run(expecting: 75, saying: "another call is running")
        try Self.files.removeItem(atPath: mark)
        #expect(try await slow.value.status == 0)

        for owner in ["999999999 x", "\(ProcessInfo.processInfo.processIdentifier) another-boot 1 ", "rubbish", ""] {
            try Self.files.createDirectory(atPath: agent.state + "/lock", withIntermediateDirectories: false)
            if !owner.isEmpty { try Data(owner.utf8).write(to: URL(fileURLWithPath: agent.state + "/lock/owner")) }
            try await agent.run(expecting: 0)
            #expect(!Self.files.fileExists(atPath: agent.state + "/lock"))
        }
    }

    @Test(
        "killed before any change that it makes to the disk, it goes on where it was",
        arguments: ["rekey", "install", "none"])
    func killed(action: String) async throws {
        let made = try MadeDelivery()
        let agent = try await device(made)
        switch action {
        case "rekey":
            let refusal = #""payload": {"request": {"keys": ["ecdsa-p256"], "subject": "", "refused": "no"}}"#
            try await made.publish("rekey", sequence: 4, refusal)
        case "install": try await made.publishCertificate(sequence: 4)
        default:
            try await made.publishCertificate(sequence: 4)
            try await agent.run(expecting: 0)
            try await made.publish("none", sequence: 5)
        }
        // Stand-ins that count, and at their turn kill the agent in place of what it called.
        let tools = made.root + "/tools"
        let script = """
            #!/bin/sh
            left=$(($(cat '\(made.root)/left') - 1))
            echo $left >'\(made.root)/left'
            if [ $left -eq 0 ]; then read -r pid rest <'\(agent.state)/lock/owner'; kill -9 "$pid" $PPID; exit 1; fi
            PATH=${PATH#*:} exec "${0##*/}" "$@"
            """
        try Self.files.createDirectory(atPath: tools, withIntermediateDirectories: false)
        for name in ["mv", "rm", "ln"] {
            try Data(script.utf8).write(to: URL(fileURLWithPath: tools + "/" + name))
            chmod(tools + "/" + name, 0o755)
        }
        let path = tools + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
        let copy = { (source: String, target: String) async throws in
            _ = try await DeviceAgent.shell(#"rm -rf "$2" && cp -a "$1" "$2""#, source, target)
        }
        try await copy(agent.state, made.root + "/state-before")
        try await copy(made.inbox, made.root + "/inbox-before")
        var deaths = 0
        while deaths < 100 {
            try await copy(made.root + "/state-before", agent.state)
            try await copy(made.root + "/inbox-before", made.inbox)
            try Data("\(deaths + 2)".utf8).write(to: URL(fileURLWithPath: made.root + "/left"))
            let output = try await agent.run(environment: ["PATH": path])
            guard output.status == 128 + SIGKILL else {
                #expect(output.status == 0, output.story)
                break
            }
            deaths += 1
            // Whatever the moment, the device's programs find a certificate and the key that belongs to it.
            let pair = try await DeviceAgent.shell(
                #"cd "$1/current" && openssl x509 -in cert.pem -noout -pubkey >"$2" && openssl pkey -in key.pem -pubout | cmp - "$2""#,
                agent.state, made.root + "/public")
            #expect(pair.status == 0, "death \(deaths): \(pair.story.description)")
            try await agent.run(expecting: 0)
            let tree = Tree(agent.state)
            #expect(!tree.entries.keys.contains { $0.hasSuffix(".new") || $0.hasPrefix("lock") }, "death \(deaths)")
            switch action {
            case "rekey":
                let handedIn = try made.signedRequest()
                #expect(tree.entries["pending/2/request.csr"] == "file \(0o600) \(handedIn.base64EncodedString())")
                #expect(tree.entries["pending/3/key.pem"] == nil, "death \(deaths): one refusal, one new key")
            case "install":
                #expect(link(agent.state + "/current") == "certs/2" && link(agent.state + "/previous") == "certs/1")
                #expect(try await agent.confirmation(at: made.inbox + "/ack/d1.jws").payload.sequence == 4)
                #expect(tree.entries["pending/2"] == nil && tree.entries["certs/3"] == nil, "death \(deaths)")
            default:
                #expect(tree.files.filter { $0.hasSuffix("key.pem") } == ["certs/2/key.pem"], "death \(deaths)")
            }
        }
        #expect(deaths >= (action == "none" ? 3 : 5), "the agent was not hit often enough to say anything")
    }
}

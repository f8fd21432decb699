import Foundation
import Testing

@Suite("The issuer openssl-ca")
struct OpenSSLIssuerTests {
    /// Issues for the plan and lets the judges look at all of it.
    private func runAndJudge(_ workspace: Workspace, count: Int) async throws {
        let plan = workspace.scratch + "/plan.json"
        try await workspace.job("plan", "--at", now, "--format", "json", "--output", plan, expecting: 0)
        #expect(try PlanDocument(file: plan).devices("issue").count == count)
        try await workspace.job("run", "--at", now, expecting: 0)
        let verdict = try await Judge.certificates(workspace, policies: "simple", plan: plan)
        #expect(verdict.findings == [])
        #expect(verdict.issued == count)
        #expect(try await Judge.manifests(workspace, policies: "simple", plan: plan).findings == [])
    }

    @Test("Certificates from an existing directory are as good as our own, and stand in its database")
    func fromRequests() async throws {
        let workspace = try await Workspace()
        let directory = try await OpenSSLDirectory(workspace)
        try await workspace.add(devices: #"{"bulk": {"count": 12}}"#)
        try await runAndJudge(workspace, count: 12)
        let index = try directory.index
        #expect(index.count == 12 && index.allSatisfy { $0.status == "V" })
        #expect(try await issuedSerials(workspace) == index.map(\.serial).sorted())
    }

    @Test("A key without a CSR is certified too, and the authority's CRL can revoke that certificate")
    func fromKeys() async throws {
        let workspace = try await Workspace { $0.replacing("profile: first", with: "profile: first, rekey: allowed") }
        let directory = try await OpenSSLDirectory(workspace)
        try await workspace.add(devices: #"{"bulk": {"count": 3, "csr": false}}"#)
        try await runAndJudge(workspace, count: 3)
        let serials = try await issuedSerials(workspace)
        #expect(try directory.index.map(\.serial).sorted() == serials)

        let first = try #require(serials.first)
        try await directory.openssl("-revoke", "newcerts/\(first).pem")
        try await directory.openssl(
            "-gencrl", "-crl_lastupdate", "20261201000000Z", "-crl_nextupdate", "20261208000000Z", "-out", "ca.crl")
        let verify = try await Program.shell(
            "openssl verify -attime 1796100000 -crl_check -CRLfile ca.crl -CAfile ca.pem newcerts/*.pem",
            in: directory.path)
        #expect(verify.stderr.contains("newcerts/\(first).pem: verification failed"), verify.story)
        #expect(verify.stdout.split(separator: "\n").filter { $0.hasSuffix(": OK") }.count == 2, verify.story)
    }

    @Test("RSASSA-PSS is signed with the hash that the profile names, for keys with a CSR and without")
    func pss() async throws {
        let workspace = try await Workspace {
            $0.replacing("profile: first", with: "profile: first, rekey: allowed")
                .replacing("signature: ECDSA-WITH-SHA256", with: "signature: RSASSAPSS\n    hash: SHA-384")
        }
        for suffix in ["pem", "key"] {
            let key = try Data(contentsOf: URL(fileURLWithPath: Package.root + "/Tests/TestKeys/ca-rsa-2048.\(suffix)"))
            try workspace.write("authorities/ca-1.\(suffix)", key)
        }
        let directory = try await OpenSSLDirectory(workspace)
        try await workspace.add(
            devices: """
                {"devices": [{"device": "a", "certificates": [{"left": 1, "lifetime": 90}], "csr": {}},
                             {"device": "b", "certificates": [{"left": 2, "lifetime": 90}]}]}
                """)
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try directory.index.count == 2)
        let certificates = try await Program.shell(
            """
            for each in newcerts/*.pem; do
              openssl verify -attime 1796169600 -partial_chain -trusted ca.pem "$each"
              openssl x509 -in "$each" -noout -text
            done
            """, in: directory.path)
        #expect(certificates.stdout.matches(of: /\.pem: OK/).count == 2, certificates.story)
        #expect(certificates.stdout.matches(of: /Hash Algorithm: sha384/).count >= 2, certificates.story)
        #expect(certificates.stdout.matches(of: /Salt Length: 0x30/).count >= 2, certificates.story)
    }

    @Test("kill -9 between request and record: the same request gets the same certificate", .timeLimit(.minutes(10)))
    func killed() async throws {
        let workspace = try await Workspace { $0.replacing("batch: 100", with: "batch: 10") }
        let directory = try await OpenSSLDirectory(workspace, serials: "serial = $dir/serial")
        try await workspace.add(devices: #"{"bulk": {"count": 30}}"#)
        var wasBetween: [Bool] = []
        for count in [3, 13, 27] {
            let run = try Program.start(Program.rotationJob, ["run", "--at", now], in: workspace.path)
            while try directory.index.count < count && run.isRunning { try await Task.sleep(for: .milliseconds(2)) }
            run.send(SIGKILL)
            #expect(await run.output().signal == SIGKILL)
            // Certificates that the authority has given out and nobody here knows of: what this is about.
            let devices = try ExportedDevice.all(await workspace.export())
            wasBetween.append(
                try devices.filter { $0.count("PENDING_ACTIVATION") == 1 }.count < directory.index.count)
        }
        // On a busy machine one or another kill comes after the batch.
        #expect(wasBetween.contains(true))
        try await workspace.job("run", "--at", now, expecting: 0)
        try await expectOneEach(workspace, directory, count: 30)
    }

    @Test("kill -9 of the issuer between OpenSSL's end and its own journal: it finds what was issued")
    func issuerKilled() async throws {
        let workspace = try await Workspace { $0.replacing("profile: first", with: "profile: first, rekey: allowed") }
        let wrapper = workspace.scratch + "/openssl"
        let directory = try await OpenSSLDirectory(workspace, more: "--openssl", wrapper)
        // A request with a CSR takes one `openssl ca`; one without takes two, of which the second writes into the database.
        try Data(
            """
            #!/bin/sh
            openssl "$@" || exit
            [ "$1" = ca ] || exit 0
            echo >>"$0.count"
            case $(wc -l <"$0.count") in 2 | 4) kill -9 "$PPID" ;; esac
            """.utf8
        ).write(to: URL(fileURLWithPath: wrapper))
        chmod(wrapper, 0o755)
        try await workspace.add(
            devices: """
                {"devices": [{"device": "a", "certificates": [{"left": 1, "lifetime": 90}], "csr": {}},
                             {"device": "b", "certificates": [{"left": 2, "lifetime": 90}], "csr": {}},
                             {"device": "c", "certificates": [{"left": 3, "lifetime": 90}]},
                             {"device": "d", "certificates": [{"left": 4, "lifetime": 90}]}]}
                """)
        let output = try await workspace.job("run", "--at", now, expecting: 0)
        #expect(output.stderr.matches(of: /ended by signal 9/).count == 2, output.story)
        try await expectOneEach(workspace, directory, count: 4)
    }

    /// Each device has one new certificate, and the authority has issued no other.
    private func expectOneEach(_ workspace: Workspace, _ directory: OpenSSLDirectory, count: Int) async throws {
        let devices = try ExportedDevice.all(await workspace.export())
        #expect(devices.filter { $0.count("PENDING_ACTIVATION") == 1 }.count == count)
        let index = try directory.index
        #expect(index.count == count, "the authority issued more than one certificate a device")
        #expect(try await issuedSerials(workspace) == index.map(\.serial).sorted())
    }

    @Test("A database whose last rename OpenSSL did not live to see is put in its place")
    func halfRenamed() async throws {
        let workspace = try await Workspace()
        let directory = try await OpenSSLDirectory(workspace)
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        try FileManager.default.moveItem(
            atPath: directory.path + "/index.txt", toPath: directory.path + "/index.txt.new")
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try directory.index.count == 1)
    }

    @Test("A directory that lets a subject have one certificate is told how to let it have two; the run goes on")
    func uniqueSubject() async throws {
        let workspace = try await Workspace { $0.replacing("O=Example Devices", with: "CN=one") }
        let directory = try await OpenSSLDirectory(workspace)
        for name in ["index.txt.attr", "openssl.cnf"] {
            let file = URL(fileURLWithPath: directory.path + "/" + name)
            try Data(String(contentsOf: file, encoding: .utf8).replacing("subject = no", with: "subject = yes").utf8)
                .write(to: file)
        }
        try await workspace.add(devices: #"{"bulk": {"count": 2}}"#)
        let output = try await workspace.job("run", "--at", now, expecting: 3)
        #expect((output.stdout + output.stderr).contains("unique_subject = no"), output.story)
        let devices = try ExportedDevice.all(await workspace.export())
        #expect(devices.map { $0.count("PENDING_ACTIVATION") }.sorted() == [0, 1])
    }

    @Test(
        "What no request can help ends the run with 69 and the issuer's own words", arguments: ["ca.key", "index.txt"])
    func broken(file: String) async throws {
        let workspace = try await Workspace()
        let directory = try await OpenSSLDirectory(workspace)
        try workspace.write(
            "rotation.yaml",
            workspace.text("rotation.yaml").replacing(
                "    command:", with: "    issuer: { tries: 1 }\n    command:"))
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        try FileManager.default.removeItem(atPath: directory.path + "/" + file)
        let output = try await workspace.job("run", "--at", now, expecting: 69)
        #expect(output.stderr.contains("authority fleet-ca-1: openssl-ca: [fleet] names no"), output.story)
        #expect(output.stderr.contains("exit status 69"), output.story)
    }

    @Test("A directory that lets requests choose extensions is not asked: a device could make itself an authority")
    func copyExtensions() async throws {
        let workspace = try await Workspace()
        let directory = try await OpenSSLDirectory(workspace, serials: "rand_serial = yes\ncopy_extensions = copyall")
        try workspace.write(
            "rotation.yaml",
            workspace.text("rotation.yaml").replacing(
                "    command:", with: "    issuer: { tries: 1 }\n    command:"))
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        let output = try await workspace.job("run", "--at", now, expecting: 69)
        #expect(output.stderr.contains("write copy_extensions = none"), output.story)
        #expect(try directory.index.isEmpty)
    }

    /// In hexadecimal as OpenSSL writes it, sorted.
    private func issuedSerials(_ workspace: Workspace) async throws -> [String] {
        let output = try await workspace.job("inventory", "export", "--format", "ndjson", expecting: 0)
        let script = """
            import json, sys
            from cryptography import x509
            for line in sys.stdin:
                for certificate in json.loads(line)["certificates"]:
                    if certificate["status"] == "PENDING_ACTIVATION":
                        text = "%X" % x509.load_pem_x509_certificate(certificate["pem"].encode()).serial_number
                        print("0" * (len(text) % 2) + text)
            """
        let read = try await Program.run(
            Program.python, ["-B", "-W", "ignore", "-c", script], input: output.stdoutBytes)
        try #require(read.status == 0, read.story)
        return read.stdout.split(separator: "\n").map(String.init).sorted()
    }
}

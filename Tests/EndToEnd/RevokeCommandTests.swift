import Foundation
import Testing

@Suite("Revoking on the command line")
struct RevokeCommandTests {
    private func workspace(limits: String = "limits: { revoke: 50% }\n") async throws -> Workspace {
        let workspace = try await Workspace(limits: limits)
        try await workspace.add(devices: #"{"bulk": {"count": 4, "left": 70, "csr": false}}"#)
        return workspace
    }

    private func statuses(_ workspace: Workspace) async throws -> [String] {
        try ExportedDevice.all(await workspace.export()).flatMap { $0.certificates.map(\.status) }.sorted()
    }

    @Test(
        "64: what to revoke and why has to be said, once, and nothing is done where it is not",
        arguments: [
            [], ["--device", "d-000000"], ["--reason", "superseded"], ["--device", "d-000000", "--reason", "stolen"],
            ["--device", "d-000000", "--key", "ab", "--reason", "superseded"],
            ["--serial", "01", "--reason", "superseded"], ["--issuer", "fleet-ca-1", "--reason", "superseded"],
            ["--device", "d-000000", "--reason", "superseded", "--now", "--replace-first"],
            ["--device", "d-000000", "--reason", "superseded", "--deadline", "72h"],
            ["--device", "d-000000", "--reason", "superseded", "--replace-first", "--deadline", "0h"],
            ["--device", "d-000000", "--reason", "superseded", "--withdraw", "manual:1"],
        ])
    func usage(arguments: [String]) async throws {
        let workspace = try await workspace()
        let before = Tree(workspace.path)
        let output = try await Program.run(Program.rotationJob, ["revoke"] + arguments, in: workspace.path)
        #expect(output.status == 64 && output.stdout == "", output.story)
        #expect(Tree(workspace.path).differences(from: before) == [])
    }

    @Test(
        "65: what is not there is named",
        arguments: [
            ["--device", "d-9"], ["--fingerprint", String(repeating: "0", count: 64)], ["--fingerprint", "xyz"],
            ["--key", String(repeating: "0", count: 64)], ["--serial", "12", "--issuer", "fleet-ca-1"],
            ["--serial", "no", "--issuer", "fleet-ca-1"],
        ])
    func unknown(arguments: [String]) async throws {
        let workspace = try await workspace()
        let output = try await Program.run(
            Program.rotationJob, ["revoke"] + arguments + ["--reason", "superseded"], in: workspace.path)
        #expect(output.status == 65 && output.stdout == "" && !output.stderr.isEmpty, output.story)
        #expect(try await statuses(workspace) == Array(repeating: "ACTIVE", count: 4))
    }

    @Test(
        "An order is recorded with a name, shown by the dry run, taken back by its name, or carried out by the next run"
    )
    func life() async throws {
        let workspace = try await workspace()
        let first = try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--note", "lost", "--at", now, expecting: 0)
        #expect(first.stdout.contains("manual:1"), first.story)
        #expect(try await workspace.plan().devices("revoke") == ["d-000001"])
        try await workspace.job("revoke", "--withdraw", "manual:1", expecting: 0)
        #expect(try await workspace.plan().devices("revoke") == [])
        try await workspace.job("revoke", "--withdraw", "manual:1", expecting: 65)
        try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--at", now, expecting: 0)
        try await workspace.job("run", "--at", now, expecting: 0)
        #expect(try await statuses(workspace) == ["ACTIVE", "ACTIVE", "ACTIVE", "REVOKED"])
        #expect(try await Judge.revocations(workspace, at: now).findings == [])
        let story = try await workspace.job("inventory", "show", "d-000001", expecting: 0).stdout
        #expect(story.contains("for keyCompromise by manual:2"), "\(story)")
        let audit = try await workspace.job("audit", "--device", "d-000001", expecting: 0).stdout
        #expect(audit.contains("revoked"))
    }

    @Test("With --now it is done when the command returns; over the limit nothing is, and the exit status is 3")
    func atOnce() async throws {
        let workspace = try await workspace(limits: "limits: { revoke: 25% }\n")
        try await workspace.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--now", "--at", now, expecting: 0)
        #expect(try await Judge.revocations(workspace, at: now).revoked == 1)
        let tight = try await self.workspace(limits: "limits: { revoke: 0% }\n")
        let output = try await tight.job(
            "revoke", "--device", "d-000001", "--reason", "keyCompromise", "--now", "--at", now, expecting: 3)
        #expect(output.stderr.contains("limits.revoke"), output.story)
        #expect(try await statuses(tight) == Array(repeating: "ACTIVE", count: 4))
        #expect(try await tight.plan().devices("revoke") == [])
    }

    @Test("The audit says that it is unbroken, and where it is broken")
    func audit() async throws {
        let workspace = try await workspace()
        try await workspace.job("run", "--at", now, expecting: 0)
        let whole = try await workspace.job("audit", "--verify", expecting: 0)
        #expect(whole.stdout.contains("unbroken"))
        let edit = """
            DROP TRIGGER audit_is_not_changed; UPDATE audit SET actor = 'nobody' WHERE id = 2;
            """
        let edited = try await Program.run(
            Program.python,
            ["-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.close()"]
                + [workspace.path + "/fleet.sqlite", edit])
        try #require(edited.status == 0, edited.story)
        let broken = try await workspace.job("audit", "--verify", expecting: 1)
        #expect(broken.stderr.contains("entry 2") && broken.stdout == "", broken.story)
    }

    @Test("Serial number and issuer are taken as openssl prints them, in either order, negative numbers too")
    func asOpenSSLPrints() async throws {
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n")
        let authority = workspace.path + "/authorities/ca-2"
        let make = """
            set -e
            n=0; for serial in 0x4F2A11 -1 -0x0100 0x00FF33; do
              n=$((n + 1))
              openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k$n -subj /CN=d$n -out c$n.csr 2>/dev/null
              openssl x509 -req -in c$n.csr -CA "$1.pem" -CAkey "$1.key" -set_serial=$serial -days 30 -out d$n.pem 2>/dev/null ||
              openssl x509 -req -in c$n.csr -CA "$1.pem" -CAkey "$1.key" -set_serial $serial -days 30 -out d$n.pem 2>/dev/null
              python3 -c 'import json,sys; print(json.dumps({"device": sys.argv[1], "account": "1", "labels": {}, "certificates": [{"status": "ACTIVE", "pem": open(sys.argv[1] + ".pem").read()}]}))' d$n >>fleet.ndjson
            done
            """
        let made = try await Program.shell(make, [authority], in: workspace.scratch)
        try #require(made.status == 0, made.story)
        try await workspace.job("inventory", "import", workspace.scratch + "/fleet.ndjson", expecting: 0)
        let options = [
            "", "-nameopt RFC2253", "-nameopt compat", "-nameopt oneline", "-nameopt sep_multiline,lname,align",
            "-nameopt esc_2253,sep_comma_plus,sname",
        ]
        for (place, nameOption) in options.enumerated() {
            let device = "d\(place % 4 + 1)"
            let printed = try await Program.shell(
                "openssl x509 -in \(device).pem -noout -serial; openssl x509 -in \(device).pem -noout -issuer \(nameOption)",
                in: workspace.scratch)
            let lines = printed.stdout.split(separator: "\n", maxSplits: 1).map(String.init)
            let (serial, issuer) = (lines[0], lines[1])
            for issuer in [issuer, String(issuer.trimmingPrefix("issuer="))] {
                for serial in [
                    ["--serial", serial], ["--serial", String(serial.dropFirst(7))],
                    ["--serial=" + serial.dropFirst(7)],
                ] {
                    let output = try await Program.run(
                        Program.rotationJob, ["revoke"] + serial + ["--issuer", issuer, "--reason", "superseded"],
                        in: workspace.path)
                    try #require(output.status == 0 && output.stdout.contains("1 certificate (1 named)"), output.story)
                    let order = try #require(output.stdout.firstMatch(of: /manual:[0-9]+/)?.output)
                    #expect(try await workspace.plan().devices("revoke") == [device])
                    try await workspace.job("revoke", "--withdraw", String(order), expecting: 0)
                }
            }
        }
    }

    @Test("An issuer that nobody has, and a number that is another issuer's, are told apart, with what there is")
    func unknownIssuer() async throws {
        let workspace = try await workspace()
        let listed = try await workspace.job("inventory", "show", "d-000001", "--json", expecting: 0).stdout
        let serial = try #require(listed.firstMatch(of: /"serial(?:Number)?":"([0-9a-f]+)"/)?.output.1)
        let nobody = try await workspace.job(
            "revoke", "--serial", String(serial), "--issuer", "O = Nobody, CN = Nobody", "--reason", "superseded",
            expecting: 65)
        #expect(
            nobody.stderr.contains("no certificate of the inventory has the issuer")
                && nobody.stderr.contains("its issuers are"), nobody.story)
        let number = try await workspace.job(
            "revoke", "--serial", "12", "--issuer", "fleet-ca-1", "--reason", "superseded", expecting: 65)
        #expect(number.stderr.contains("no certificate with the serial number 12"), number.story)
    }

    @Test("A policy whose issuer is written as openssl prints it is told how it is written here")
    func issuerInPolicies() async throws {
        let workspace = try await workspace()
        let subject = try await Program.shell(
            "openssl x509 -in authorities/ca-1.pem -noout -subject -nameopt oneline | sed s/subject=//",
            in: workspace.path)
        let name = subject.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
        try workspace.write(
            "policies/r.yaml",
            "version: 1\nrevocations:\n  - name: r\n    certificates: { issuer: '\(name)', issuedBefore: 2030-01-01T00:00:00Z }\n    reason: superseded\n"
        )
        let check = try await workspace.job("policy", "check", expecting: 0)
        #expect(check.stderr.contains("is no issuer of the inventory; write `CN="), check.story)
    }

    @Test("What every command takes may stand before the command too")
    func leadingOptions() async throws {
        let workspace = try await workspace()
        let config = workspace.path + "/rotation.yaml"
        for arguments in [
            ["--config", config, "plan", "--at", now], ["--quiet", "--config=" + config, "inventory", "summary"],
            ["--log-level", "error", "--no-color", "--config", config, "policy", "check"],
            ["plan", "--config", config, "--at", now],
        ] {
            let output = try await Program.run(Program.rotationJob, arguments)
            #expect(output.status == 0, output.story)
        }
        #expect(try await Program.run(Program.rotationJob, ["--config"]).status == 64)
        #expect(try await Program.run(Program.rotationJob, ["--config", config]).status == 64)
    }
}

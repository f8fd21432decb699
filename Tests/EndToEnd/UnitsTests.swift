import Foundation
import Testing

@Suite("The shipped units and the installation")
struct UnitsTests {
    private static let names = [
        "rotation-job.service", "rotation-job.timer", "rotation-gate.service", "rotation-gate.socket",
    ]

    /// The units as `make install` would place them, started from the built program.
    private func units() throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for name in UnitsTests.names {
            let text = try String(contentsOfFile: Package.root + "/cron/" + name, encoding: .utf8)
                .replacing("/usr/local/bin/rotation-job", with: Program.rotationJob)
                .replacing("/usr/local/bin/rotation-gate", with: Program.rotationGate)
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder / name))
        }
        return folder
    }

    @Test("systemd-analyze verify says nothing about the services, the timer and the socket")
    func verify() async throws {
        let folder = try units()
        let output = try await Program.run(
            "/usr/bin/env",
            ["systemd-analyze", "verify", "--man=no"] + UnitsTests.names.map { folder / $0 })
        // It exits 0 on an unknown key, so what it prints is the verdict.
        #expect(output.status == 0, output.story)
        #expect(output.stdout + output.stderr == "")
    }

    @Test("systemd-analyze verify would say something about an unknown key")
    func verifyCanRefuse() async throws {
        let folder = try units()
        let service = try String(contentsOfFile: folder / "rotation-job.service", encoding: .utf8)
        try Data(service.replacing("NoNewPrivileges", with: "NoNewPrivilege").utf8)
            .write(to: URL(fileURLWithPath: folder / "rotation-job.service"))
        let output = try await Program.run(
            "/usr/bin/env", ["systemd-analyze", "verify", "--man=no", folder / "rotation-job.service"])
        #expect(output.stderr.contains("NoNewPrivilege"), output.story)
    }

    @Test("Each drop-in that the documents show fits the service, by systemd-analyze verify")
    func dropIns() async throws {
        let documents = ["docs/keys.md", "docs/operations.md", "docs/notices.md"]
        let shown = try documents.flatMap { document in
            try String(contentsOfFile: Package.root + "/" + document, encoding: .utf8)
                .matches(of: /```ini\n(?<unit>(?s:.)*?)```/).map { String($0.output.unit) }
        }
        #expect(shown.count == 3)
        // A key that nobody knows shows that drop-ins are looked at.
        for (dropIn, isRight) in shown.map({ ($0, true) }) + [("[Service]\nLoadCredentials=a:/b\n", false)] {
            let folder = try units()
            try FileManager.default.createDirectory(
                atPath: folder / "rotation-job.service.d", withIntermediateDirectories: false)
            try Data(dropIn.utf8).write(to: URL(fileURLWithPath: folder / "rotation-job.service.d/keys.conf"))
            let output = try await Program.run(
                "/usr/bin/env", ["systemd-analyze", "verify", "--man=no", folder / "rotation-job.service"])
            #expect((output.stdout + output.stderr == "") == isRight, output.story)
        }
    }

    @Test(
        "systemd-analyze security finds an exposure of at most 1.5",
        arguments: ["rotation-job.service", "rotation-gate.service"])
    func exposure(unit: String) async throws {
        let folder = try units()
        let output = try await Program.run(
            "/usr/bin/env",
            [
                "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", folder / unit,
            ])
        #expect(output.status == 0, output.story)
        #expect(output.stdout.contains("Overall exposure level"), output.story)
    }

    @Test("make install puts everything below DESTDIR, and make uninstall takes exactly that away")
    func install() async throws {
        let folder = try TemporaryDirectory()
        let stage = folder / "stage"
        try FileManager.default.createDirectory(atPath: stage + "/usr/bin", withIntermediateDirectories: true)
        try Data("kept".utf8).write(to: URL(fileURLWithPath: stage + "/usr/bin/other"))
        let before = Tree(stage)
        let arguments = [
            "-C", Package.root, "DESTDIR=\(stage)", "PREFIX=/usr", "BINARY=\(Program.rotationJob)",
            "GATE_BINARY=\(Program.rotationGate)",
        ]
        let installed = try await Program.run("/usr/bin/make", arguments + ["install"])
        #expect(installed.status == 0, installed.story)
        let tree = Set(Tree(stage).files)
        for file in [
            "usr/bin/rotation-job", "usr/bin/rotation-gate", "usr/lib/systemd/system/rotation-gate.service",
            "usr/lib/systemd/system/rotation-gate.socket", "usr/share/rotation-job/policies/sensors.yaml",
            "usr/lib/systemd/system/rotation-job.service",
            "usr/lib/systemd/system/rotation-job.timer", "usr/share/doc/rotation-job/README.md",
            "usr/lib/rotation-job/issuers/openssl-ca", "usr/lib/rotation-job/issuers/aws-private-ca",
            "usr/share/man/man1/rotation-job.1", "usr/share/man/man1/rotation-gate.1",
            "usr/share/man/man5/rotation.yaml.5",
            "usr/share/man/man5/rotation-policy.5", "usr/share/bash-completion/completions/rotation-job",
            "usr/share/zsh/vendor-completions/_rotation-gate", "usr/share/fish/vendor_completions.d/rotation-job.fish",
            "usr/share/rotation-job/cron/rotation.yaml.example",
        ] {
            #expect(tree.contains(file), "\(file) is not installed")
        }
        let issuer = try await Program.run(stage + "/usr/lib/rotation-job/issuers/openssl-ca", ["--help"])
        #expect(issuer.status == 0 && issuer.stdout.contains("--config"), issuer.story)
        let service = try String(
            contentsOfFile: stage + "/usr/lib/systemd/system/rotation-job.service", encoding: .utf8)
        #expect(service.contains("ExecStart=/usr/bin/rotation-job run"))
        let removed = try await Program.run("/usr/bin/make", arguments + ["uninstall"])
        #expect(removed.status == 0, removed.story)
        #expect(Tree(stage).files == before.files)
    }

    @Test("What is installed under another prefix speaks of that one, and links between documents lead somewhere")
    func installedDocuments() async throws {
        let folder = try TemporaryDirectory()
        let stage = folder / "stage"
        let installed = try await Program.run(
            "/usr/bin/make",
            [
                "-s", "-C", Package.root, "install", "DESTDIR=\(stage)", "PREFIX=/opt/rj",
                "BINARY=\(Program.rotationJob)", "GATE_BINARY=\(Program.rotationGate)",
            ])
        try #require(installed.status == 0, installed.story)
        let documents = Tree(stage).files.filter { $0.hasSuffix(".md") }
        #expect(documents.contains("opt/rj/share/rotation-job/cron/INSTALL.md") && documents.count >= 13)
        for document in documents + [
            "opt/rj/share/rotation-job/cron/rotation-job.crontab", "opt/rj/lib/systemd/system/rotation-job.service",
            "opt/rj/lib/systemd/system/rotation-gate.service",
        ] {
            let text = try String(contentsOfFile: stage + "/" + document, encoding: .utf8)
            #expect(!text.contains("/usr/local"), "\(document)")
            for match in text.matches(of: /\]\((?<target>[^)#:\s]+)(?:#[^)]*)?\)/) {
                let target = (stage + "/" + document as NSString).deletingLastPathComponent + "/" + match.output.target
                #expect(FileManager.default.fileExists(atPath: target), "\(document): \(match.output.target)")
            }
        }
        // Nothing points out of the installed tree.
        for (name, content) in Tree(stage).entries where content.hasPrefix("link to ") {
            #expect(!content.hasPrefix("link to /"), "\(name)")
        }
    }

    @Test("the crontab's entry is five fields, a user and the job with its configuration")
    func crontab() async throws {
        let text = try String(contentsOfFile: Package.root + "/cron/rotation-job.crontab", encoding: .utf8)
        let entries = text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.contains("=") }
        #expect(entries.count == 1)
        let fields = try #require(entries.first).split(separator: " ")
        #expect(fields[5] == "rotation-job" && fields[6] == "/usr/local/bin/rotation-job")
        #expect(fields.contains("run") && fields.contains("/etc/rotation-job/rotation.yaml"))
        #expect(text.contains("MAILTO="))
    }
}

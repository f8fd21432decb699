import Foundation
import Testing

@Suite("The manual pages")
struct ManualTests {
    private static let pages = [
        "man1/rotation-job.1", "man1/rotation-gate.1", "man5/rotation.yaml.5", "man5/rotation-policy.5",
    ]

    private func made() async throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        let made = try await Program.run(
            Package.root + "/scripts/manual",
            [Program.rotationJob, Program.rotationGate, folder.path, "2026-12-01"])
        try #require(made.status == 0, made.story)
        return folder
    }

    /// What a reader sees, each run of white space one blank.
    private func text(_ page: String, in folder: TemporaryDirectory) async throws -> String {
        let shown = try await Program.run(
            "/usr/bin/env", ["LC_ALL=C.UTF-8", "MANWIDTH=200", "MANPAGER=cat", "man", "-l", folder / page])
        try #require(shown.status == 0, shown.story)
        return shown.stdout.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test("man warns of nothing in them")
    func judged() async throws {
        let folder = try await made()
        for page in ManualTests.pages {
            let judged = try await Program.run(
                "/usr/bin/env",
                [
                    "LC_ALL=C.UTF-8", "MANROFFSEQ=", "man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z",
                    folder / page,
                ])
            #expect(judged.status == 0 && judged.stderr == "", judged.story)
        }
    }

    @Test("The programs' pages have every command and option of the help, and each exit status")
    func programs() async throws {
        let folder = try await made()
        let job = try await text("man1/rotation-job.1", in: folder)
        for command in ["init", "inventory import", "policy diff", "run", "verify", "audit"] {
            #expect(job.contains("rotation-job \(command) [options]"), "\(command)")
            let help = try await Program.run(
                Program.rotationJob, command.split(separator: " ").map(String.init) + ["--help"])
            for option in help.stdout.matches(of: /\n  (?<name>--[a-z-]+)/) {
                #expect(job.contains(option.output.name), "\(command) \(option.output.name)")
            }
        }
        #expect(job.contains("77 permissions too open or too tight 78 bad configuration SEE ALSO"))
        let gate = try await text("man1/rotation-gate.1", in: folder)
        #expect(gate.contains("SYNOPSIS rotation-gate [options] DESCRIPTION") && gate.contains("--check"))
    }

    @Test("The files' pages have what the documents say, without their marks")
    func files() async throws {
        let folder = try await made()
        let configuration = try await text("man5/rotation.yaml.5", in: folder)
        #expect(configuration.contains("delivery the folder that devices fetch from. When left out: delivery."))
        #expect(configuration.contains("manifests: { key: { file: authorities/manifest.key }, validity: 30d }"))
        let policy = try await text("man5/rotation-policy.5", in: folder)
        #expect(policy.contains("expiry.renewBefore a duration before notAfter"))
        for page in [configuration, policy] {
            #expect(!page.contains("](") && !page.contains("| ---"), "a mark of the document is left")
        }
    }
}

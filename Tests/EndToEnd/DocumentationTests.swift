import Foundation
import Testing

@Suite("What is shipped and written holds")
struct DocumentationTests {
    private static let examples =
        ((try? FileManager.default.contentsOfDirectory(atPath: Package.root + "/policies")) ?? [])
        .filter { $0.hasSuffix(".yaml") }.sorted()

    @Test("there are three example policies, and together they pass the check")
    func examplesTogether() async throws {
        #expect(Self.examples.count >= 3)
        let workspace = try await Workspace()
        let output = try await Program.run(
            Program.rotationJob, ["policy", "check"] + Self.examples.map { Package.root + "/policies/" + $0 },
            in: workspace.path)
        #expect(output.status == 0, output.story)
    }

    @Test("each example policy passes the check alone, in a workspace as init makes it", arguments: examples)
    func exampleAlone(name: String) async throws {
        let folder = try TemporaryDirectory()
        let made = try await Program.run(Program.rotationJob, ["init", folder / "new", "--with-authority"])
        try #require(made.status == 0, made.story)
        for old in try FileManager.default.contentsOfDirectory(atPath: folder / "new/policies") {
            try FileManager.default.removeItem(atPath: folder / "new/policies/\(old)")
        }
        try FileManager.default.copyItem(
            atPath: Package.root + "/policies/" + name, toPath: folder / "new/policies/\(name)")
        let check = try await Program.run(Program.rotationJob, ["policy", "check"], in: folder / "new")
        #expect(check.status == 0, check.story)
        let plan = try await Program.run(Program.rotationJob, ["plan"], in: folder / "new")
        #expect(plan.status == 0, plan.story)
    }

    @Test("every command and option that the documents show is in the program's help")
    func documentedCommands() async throws {
        let documents =
            ["README.md", "cron/INSTALL.md"]
            + (try FileManager.default.contentsOfDirectory(atPath: Package.root + "/docs")).filter {
                $0.hasSuffix(".md")
            }.map { "docs/" + $0 }
        var commands: Set<String> = []
        for document in documents {
            let text = try String(contentsOfFile: Package.root + "/" + document, encoding: .utf8)
            for line in text.split(separator: "\n") {
                let command = line.trimmingPrefix("$ ").trimmingPrefix("sudo -u rotation-job ")
                if command.hasPrefix("rotation-job ") { commands.insert(String(command)) }
            }
        }
        #expect(commands.count > 8)
        var helps: [[String]: String] = [:]
        for command in commands.sorted() {
            let words = command.split(separator: "#")[0].split(separator: " ").dropFirst().map(String.init)
            let path = Array(words.prefix(["inventory", "policy"].contains(words[0]) ? 2 : 1))
            if helps[path] == nil {
                let help = try await Program.run(
                    Program.rotationJob, path[0].hasPrefix("-") ? ["--help"] : path + ["--help"])
                #expect(help.status == 0, help.story)
                helps[path] = help.stdout
            }
            for option in words where option.hasPrefix("--") {
                let name = String(option.split(separator: "=")[0])
                #expect(helps[path]?.contains(name) == true, "\(command): \(name) is not in the help")
            }
        }
    }

    @Test("docs/configuration.md has every key that the readers of rotation.yaml know")
    func everyKey() throws {
        let document = try String(contentsOfFile: Package.root + "/docs/configuration.md", encoding: .utf8)
        let folder = Package.root + "/Sources/Job/Configuration"
        var keys: Set<String> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
            for match in text.matches(of: /\.(?:optional|required)\("(?<key>[A-Za-z0-9]+)"/) {
                keys.insert(String(match.output.key))
            }
        }
        #expect(keys.count > 35)
        for key in keys {
            #expect(
                document.contains(try Regex("`[^`]*\\b\(key)\\b[^`]*`").wordBoundaryKind(.simple)),
                "\(key) is in no code of the page")
        }
    }

    @Test("The packages have the version of the programs")
    func packageVersion() async throws {
        let changelog = try String(contentsOfFile: Package.root + "/debian/changelog", encoding: .utf8)
        let version = try await Program.run(Program.rotationJob, ["--version"]).stdout.split(separator: "\n")[0]
        #expect(changelog.hasPrefix("rotation-job (\(version)) "), "\(version)")
    }

    @Test("The example configuration is one that the program reads, also where its comments are taken away")
    func exampleConfiguration() async throws {
        let text = try String(contentsOfFile: Package.root + "/cron/rotation.yaml.example", encoding: .utf8)
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder / "policies", withIntermediateDirectories: false)
        let offered = text.split(separator: "\n").map { line in
            line.contains(#/^ *# +([a-z]+: [{]|[a-z]+:$|- on|command)/#)
                ? String(line.replacing(#/# /#, with: "", maxReplacements: 1)) : String(line)
        }
        for lines in [text, offered.joined(separator: "\n") + "\n"] {
            try Data(lines.utf8).write(to: URL(fileURLWithPath: folder / "rotation.yaml"))
            let status = try await Program.run(
                Program.rotationJob, ["status", "--config", folder / "rotation.yaml"], in: folder.path)
            #expect(!status.stderr.contains("rotation.yaml:"), status.story)
            // The file is read; what it names first is not there.
            #expect(status.stderr.contains(": the authority's certificate cannot be read"), status.story)
        }
        #expect(offered.contains { $0.hasPrefix("notify:") } && offered.contains { $0.hasPrefix("limits:") })
    }

    @Test("make help names every target")
    func makeHelp() async throws {
        let help = try await Program.run("/usr/bin/make", ["-C", Package.root, "--no-print-directory"])
        #expect(help.status == 0, help.story)
        for target in [
            "setup", "build", "test", "demo", "bench", "lint", "format", "install", "uninstall", "deb", "tarball",
            "test-packages",
            "clean", "help",
        ] {
            #expect(help.stdout.contains("\n  \(target) "), "make help does not name \(target)")
        }
    }
}

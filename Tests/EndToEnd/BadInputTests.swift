import Foundation
import Testing

/// A file as it must not be.
enum BadFile: String, CaseIterable, CustomTestStringConvertible {
    case missing, empty, folder, truncated, binary, utf16, huge

    var testDescription: String { rawValue }

    func put(at path: String, insteadOf good: Data) throws {
        let files = FileManager.default
        try? files.removeItem(atPath: path)
        let url = URL(fileURLWithPath: path)
        switch self {
        case .missing: break
        case .empty: try Data().write(to: url)
        case .folder: try files.createDirectory(atPath: path, withIntermediateDirectories: false)
        case .truncated: try good.prefix(good.count * 2 / 3).write(to: url)
        case .binary: try Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(to: url)
        case .utf16: try #require(String(decoding: good, as: UTF8.self).data(using: .utf16)).write(to: url)
        case .huge:
            // 100 MB that take no room on disk.
            try good.write(to: url)
            try #require(truncate(path, 100_000_000) == 0)
        }
    }
}

@Suite("Bad files")
struct BadInputTests {
    /// No crash, an exit status of the table, a message on standard error that names the file, and nothing changed.
    private func expectRefusal(
        _ output: Output, naming name: String, statuses: Set<Int32>, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(output.signal == nil, output.story, sourceLocation: location)
        #expect(statuses.contains(output.status), output.story, sourceLocation: location)
        #expect((output.stderr + output.stdout).contains(name), output.story, sourceLocation: location)
        #expect(output.stderr.utf8.count < 20_000, "a message is for people", sourceLocation: location)
    }

    @Test("rotation.yaml", arguments: BadFile.allCases)
    func configuration(bad: BadFile) async throws {
        let workspace = try await Workspace()
        let good = Data(try (workspace.text("rotation.yaml") + "limits: { issue: 5").utf8)
        try bad.put(at: workspace.path + "/rotation.yaml", insteadOf: good)
        let output = try await workspace.job("plan", "--at", now, "--config", "rotation.yaml")
        expectRefusal(output, naming: "rotation.yaml", statuses: [78])
    }

    @Test("a policy file", arguments: BadFile.allCases.filter { $0 != .missing })
    func policy(bad: BadFile) async throws {
        let workspace = try await Workspace()
        let good = Data(try workspace.text("policies/simple.yaml").utf8)
        try bad.put(at: workspace.path + "/policies/simple.yaml", insteadOf: good)
        for command in [["policy", "check"], ["plan", "--at", now]] {
            let output = try await Program.run(Program.rotationJob, command, in: workspace.path)
            expectRefusal(output, naming: "simple.yaml", statuses: [65, 78])
        }
    }

    @Test("a fleet to import", arguments: BadFile.allCases, ["csv", "ndjson"])
    func fleet(bad: BadFile, format: String) async throws {
        let workspace = try await Workspace()
        let good = Data(try Workspace.fixture("plant/fleet.\(format)").utf8)
        try bad.put(at: workspace.path + "/fleet.\(format)", insteadOf: good)
        let output = try await workspace.job("inventory", "import", "fleet.\(format)", "--format", format)
        if bad == .empty && format == "ndjson" {
            #expect(output.signal == nil && [0, 65].contains(output.status), output.story)
        } else {
            expectRefusal(output, naming: "fleet.\(format)", statuses: [1, 65, 77])
        }
    }

    @Test("an inventory", arguments: [BadFile.missing, .empty, .folder, .binary])
    func inventory(bad: BadFile) async throws {
        let workspace = try await Workspace()
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: workspace.path + "/fleet.sqlite" + suffix)
        }
        try bad.put(at: workspace.path + "/fleet.sqlite", insteadOf: Data())
        expectRefusal(try await workspace.job("plan", "--at", now), naming: "fleet.sqlite", statuses: [1, 77, 78])
    }

    @Test("an authority's certificate", arguments: BadFile.allCases)
    func certificate(bad: BadFile) async throws {
        let workspace = try await Workspace()
        let path = workspace.path + "/authorities/ca-1.pem"
        try bad.put(at: path, insteadOf: #require(FileManager.default.contents(atPath: path)))
        expectRefusal(try await workspace.job("run", "--at", now), naming: "ca-1.pem", statuses: [65, 78])
    }

    @Test("an authority's key", arguments: BadFile.allCases.filter { $0 != .utf16 })
    func key(bad: BadFile) async throws {
        let workspace = try await Workspace()
        let path = workspace.path + "/authorities/ca-1.key"
        try bad.put(at: path, insteadOf: #require(FileManager.default.contents(atPath: path)))
        chmod(path, bad == .folder ? 0o700 : 0o600)
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        let output = try await workspace.job("run", "--at", now)
        expectRefusal(output, naming: "ca-1.key", statuses: [69])
        #expect(!output.stderr.contains("-----BEGIN"), "a message never shows key material")
    }

    @Test("files with a byte-order mark and carriage returns are fine")
    func carriageReturns() async throws {
        let workspace = try await Workspace()
        try await workspace.add(devices: #"{"bulk": {"count": 1}}"#)
        for name in ["rotation.yaml", "policies/simple.yaml"] {
            try workspace.write(name, "\u{FEFF}" + workspace.text(name).replacing("\n", with: "\r\n"))
        }
        #expect(try await workspace.plan().devices("issue") == ["d-000000"])
    }

    @Test("every mistake in a policy folder is told at once")
    func allMistakes() async throws {
        let workspace = try await Workspace()
        let text = try workspace.text("policies/simple.yaml")
            .replacing("overlap: 7d", with: "overlap: seven").replacing("batch: 100", with: "batch: 0")
            .replacing("profile: first", with: "profile: frist").replacing("[ecdsa-p256,", with: "[ecdsa-p265,")
        try workspace.write("policies/simple.yaml", text)
        let output = try await workspace.job("policy", "check", expecting: 65)
        for line in [5, 6, 7, 14] {
            #expect((output.stdout + output.stderr).contains("policies/simple.yaml:\(line):"), output.story)
        }
    }
}

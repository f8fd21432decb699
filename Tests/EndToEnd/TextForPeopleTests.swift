import Foundation
import Testing

@Suite("What strangers call themselves")
struct TextForPeopleTests {
    /// Ids that drive a spreadsheet or a terminal, or hide what they are. An id holds no control character; these all are legal.
    private static let names = [
        "+cmd|1", "=HYPERLINK(\"http://example.com/x\",\"go\")", "@SUM(A1)", "-2+3", "＝1+1", " =1+1", "a;=1+1",
        "pay\u{202E}gnp.exe",
        "sensor\u{200B}-1", "a\u{2066}b\u{2069}", "tag\u{E0041}\u{E007F}", "\u{61C}x", "h\u{3164}i", "soft\u{AD}",
        "\u{FEFF}bom", "j\u{200D}j",
    ]
    private static let invisible = Set(
        "\u{202E}\u{200B}\u{2066}\u{2069}\u{E0041}\u{E007F}\u{61C}\u{3164}\u{AD}\u{FEFF}\u{200D}".unicodeScalars)

    private func workspace() async throws -> Workspace {
        let workspace = try await Workspace()
        let devices = Self.names.map {
            [
                "device": $0, "account": "=1\u{202E}", "labels": ["x": "y\u{200B}"],
                "certificates": [["left": 5, "lifetime": 90]],
            ] as [String: Any]
        }
        let description = try JSONSerialization.data(withJSONObject: ["devices": devices])
        try await workspace.add(devices: String(decoding: description, as: UTF8.self))
        return workspace
    }

    private func hides(_ output: Output) -> Bool {
        (output.stdout + output.stderr).unicodeScalars.contains { Self.invisible.contains($0) }
    }

    @Test("The plan as CSV starts no formula and hides nothing; --raw leaves ids as they are; rows end with CRLF")
    func csv() async throws {
        let workspace = try await workspace()
        let csv = try await workspace.job("plan", "--at", now, "--format", "csv", expecting: 0)
        #expect(!hides(csv))
        let cells = csvRows(csv.stdout).dropFirst().flatMap { $0.prefix(2) }
        #expect(cells.count == 2 * Self.names.count)
        #expect(cells.allSatisfy { !"=+-@＝\t\r".contains($0.first ?? " ") }, "\(cells)")
        #expect(cells.contains("'+cmd|1") && cells.contains("'=1\\u{202E}") && cells.contains("a;'=1+1"))
        let bytes = Array(csv.stdoutBytes)
        #expect(bytes.indices.allSatisfy { bytes[$0] != 0x0A || (($0 > 0) && bytes[$0 - 1] == 0x0D) })
        let raw = try await workspace.job("plan", "--at", now, "--format", "csv", "--raw", expecting: 0)
        #expect(
            Set(csvRows(raw.stdout).dropFirst().map { Array($0[0].utf8) }) == Set(Self.names.map { Array($0.utf8) }))
        #expect(try await workspace.job("plan", "--at", now, "--raw").status == 64)
        #expect(try await workspace.job("forecast", "--at", now, "--raw").status == 64)
    }

    @Test("No report, page, log line or error for people has an invisible character; JSON and exports are exact")
    func everywhere() async throws {
        let workspace = try await workspace()
        let planned = try await workspace.plan().decisions.map { Array($0.device.utf8) }
        try workspace.write("inbox/csr/\u{202E}x.csr", "no CSR")
        for arguments in [
            ["plan", "--at", now], ["plan", "--at", now, "--format", "html"], ["inventory", "list"],
            ["inventory", "summary"],
            ["inventory", "show", "--", "pay\u{202E}gnp.exe"], ["inventory", "show", "--", "pay\u{202E}gnp"],
            ["policy", "explain", "--at", now, "--", "sensor\u{200B}-1"],
            ["policy", "diff", "policies", "policies", "--at", now],
            ["policy", "diff", "policies", "policies", "--at", now, "--format", "markdown"], ["status", "--at", now],
            ["revoke", "--reason", "superseded", "--device", "no\u{202E}"],
            ["revoke", "--reason", "superseded", "--serial", "\u{200B}1", "--issuer", "\u{202E}"],
            ["run", "--at", now], ["audit"],
            ["audit", "--device", "x\u{202E}"], ["resume", "no\u{202E}", "--note", "x"],
            ["plan", "--config", "no\u{202E}.yaml"],
        ] {
            let output = try await Program.run(Program.rotationJob, arguments, in: workspace.path)
            #expect(!hides(output), "\(arguments)\n\(output.story)")
        }
        let page = try #require(workspace.names(in: "reports").first { $0.hasSuffix(".html") })
        #expect(!(try workspace.text("reports/" + page)).unicodeScalars.contains { Self.invisible.contains($0) })
        let exported = try ExportedDevice.all(await workspace.export()).map { Array($0.device.utf8) }
        #expect(Set(exported) == Set(Self.names.map { Array($0.utf8) }))
        #expect(Set(planned) == Set(exported))
    }

    @Test("A policy file's invisible characters are spelled out in every message about it")
    func policies() async throws {
        let workspace = try await workspace()
        try workspace.write("policies/x\u{202E}.yaml", "version: 1\npoli\u{200B}cies: []\nna\u{2066}me: \u{E0041}\n")
        for format in ["text", "sarif"] {
            let output = try await workspace.job("policy", "check", "--format", format, expecting: 65)
            #expect(!hides(output), output.story)
        }
        let run = try await workspace.job("run", "--at", now)
        #expect(run.status == 65 && !hides(run) && run.stderr.contains("\\u{200B}"), run.story)
    }
}

import Foundation
import Testing

@Suite("What shells complete")
struct CompletionTests {
    /// bash, with the built program's script, asked what it offers behind these words.
    private func offers(_ words: [String], in folder: String) async throws -> [String] {
        let script = """
            source <("$1" --generate-completion-script bash)
            shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
            _rotation-job "$1" "${@: -1}" "${@: -2:1}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        // The script starts what stands first on the line.
        let output = try await Program.run(
            "/usr/bin/env", ["bash", "-c", script, "bash", Program.rotationJob, Program.rotationJob] + words, in: folder
        )
        try #require(output.status == 0, output.story)
        return output.stdout.split(separator: "\n").map(String.init)
    }

    private func add(_ devices: [String], to workspace: Workspace) async throws {
        let made = devices.map {
            ["device": $0, "certificates": [["left": 60, "lifetime": 90]]] as [String: Any]
        }
        let description = try JSONSerialization.data(withJSONObject: ["devices": made])
        try await workspace.add(devices: String(decoding: description, as: UTF8.self))
    }

    @Test(
        "Devices, policies and authorities of the workspace are offered, where the working directory or --config says")
    func names() async throws {
        let workspace = try await Workspace()
        try await add(["sensor-1", "sensor-2", "pump-1"], to: workspace)
        #expect(try await offers(["inventory", "show", "sensor-"], in: workspace.path) == ["sensor-1", "sensor-2"])
        #expect(try await offers(["audit", "--device", "pu"], in: workspace.path) == ["pump-1"])
        #expect(try await offers(["resume", "e"], in: workspace.path) == ["everyone"])
        let authorities = try await offers(["revoke", "--issuer", ""], in: workspace.path)
        #expect(!authorities.isEmpty)
        let elsewhere = try TemporaryDirectory()
        #expect(try await offers(["inventory", "show", "sensor-"], in: elsewhere.path) == [])
        let config = ["--config", workspace.path + "/rotation.yaml"]
        #expect(
            try await offers(["inventory", "show"] + config + ["sensor-"], in: elsewhere.path)
                == ["sensor-1", "sensor-2"])
    }

    @Test("An id that a shell would run is not offered, since bash expands what it is offered")
    func harmless() async throws {
        let workspace = try await Workspace()
        let ids = ["sensor-$(touch pwned)", "sensor-`touch pwned`", "sensor-1", "sensor-;x", "sensor-'x"]
        try await add(ids, to: workspace)
        #expect(try await offers(["inventory", "show", "sensor-"], in: workspace.path) == ["sensor-1"])
        #expect(!FileManager.default.fileExists(atPath: workspace.path + "/pwned"))
    }

    @Test("Where there is no workspace, or a broken one, nothing is offered and nothing is said")
    func broken() async throws {
        let workspace = try await Workspace()
        try workspace.write("rotation.yaml", "version: [")
        let asked = try await Program.run(
            Program.rotationJob,
            [
                "---completion", "inventory", "show", "--", "positional@0", "3", "0", "rotation-job", "inventory",
                "show", "",
            ],
            in: workspace.path)
        #expect(asked.status == 0 && asked.stdout.allSatisfy(\.isNewline) && asked.stderr == "", asked.story)
    }
}

import Foundation
import Testing

/// Asks the Python judges, which share no code with the program.
enum Judge {
    struct Verdict: Decodable {
        let findings: [String]
        let count: Int
        let issued: Int?, install: Int?, rekey: Int?
        let revoked: Int?, good: Int?
    }

    private static func ask(_ judge: String, _ arguments: [String]) async throws -> Output {
        let output = try await Program.run(
            Program.python, ["-B", "-W", "ignore", "\(Package.judges)/\(judge).py"] + arguments)
        try #require(output.status == 0, output.story)
        return output
    }

    /// Judges what `policy diff` says by two plans.
    static func difference(_ arguments: [String]) async throws -> Verdict {
        try JSONDecoder().decode(Verdict.self, from: await ask("check_diff", arguments).stdoutBytes)
    }

    /// The plan of the workspace's fleet by the judge's own reading of the rules.
    static func expectedPlan(_ workspace: Workspace, policies: String) async throws -> [PlanRow] {
        let output = try await ask(
            "expected_plan",
            ["--fleet", workspace.scratch + "/fleet.ndjson", "--csr", workspace.scratch + "/csr", "--at", now]
                + ["--policies", "\(Package.fixtures)/policies/\(policies).json"])
        return try JSONDecoder().decode([PlanRow].self, from: output.stdoutBytes).sorted()
    }

    /// Judges the certificates that the workspace's run at ``now`` issued under `plan`, a JSON file.
    ///
    /// - Parameter crl: where certificates of authority 1 have to say that its CRL is.
    static func certificates(
        _ workspace: Workspace, policies: String, plan: String, crl: String? = "http://crl.example.com/fleet-ca-1.crl"
    ) async throws -> Verdict {
        let export = workspace.scratch + "/after.ndjson"
        try await Data(workspace.export().utf8).write(to: URL(fileURLWithPath: export))
        let output = try await ask(
            "check_certificates",
            ["--export", export, "--plan", plan, "--fleet", workspace.scratch + "/fleet.ndjson", "--at", now]
                + ["--csr", workspace.scratch + "/csr", "--policies", "\(Package.fixtures)/policies/\(policies).json"]
                + (crl.map { ["--crl", "fleet-ca-1=\($0)"] } ?? []))
        return try JSONDecoder().decode(Verdict.self, from: output.stdoutBytes)
    }

    /// Judges what authority 1's CRL and the inventory say of each other, and what OpenSSL makes of them.
    static func revocations(_ workspace: Workspace, at: String) async throws -> Verdict {
        let export = workspace.scratch + "/revoked.ndjson"
        try await Data(workspace.export().utf8).write(to: URL(fileURLWithPath: export))
        let output = try await ask(
            "check_revocations",
            ["--export", export, "--delivery", workspace.path + "/delivery", "--crl", "fleet-ca-1.crl", "--at", at]
                + ["--authority", workspace.path + "/authorities/ca-1.pem"])
        return try JSONDecoder().decode(Verdict.self, from: output.stdoutBytes)
    }

    /// Judges the manifests that the workspace's run at ``now`` published under `plan`, a JSON file.
    static func manifests(_ workspace: Workspace, policies: String, plan: String) async throws -> Verdict {
        let export = workspace.scratch + "/after.ndjson"
        try await Data(workspace.export().utf8).write(to: URL(fileURLWithPath: export))
        let output = try await ask(
            "check_manifests",
            ["--delivery", workspace.path + "/delivery", "--export", export, "--plan", plan, "--at", now]
                + ["--policies", "\(Package.fixtures)/policies/\(policies).json"])
        return try JSONDecoder().decode(Verdict.self, from: output.stdoutBytes)
    }
}

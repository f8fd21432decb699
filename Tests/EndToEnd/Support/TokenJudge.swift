import Foundation
import Testing

/// Has other programs verify what a run signed with keys in a token.
enum TokenJudge {
    /// - Parameters:
    ///   - devices: how many have a new certificate and a manifest.
    ///   - signature: of the certificates, as the policy names it; `hash` too, where it does.
    static func judge(_ workspace: Workspace, devices: Int, signature: String, hash: String?) async throws {
        #expect(try await certificates(workspace) == devices)
        // Python verifies certificates by their authority's key, with the hash that was wanted, and manifests under the published keys.
        let judged = try await Program.run(
            Program.python,
            ["-B", "-W", "ignore", Package.tools + "/token_judge.py", workspace.path, workspace.scratch]
                + [signature, hash ?? ""])
        #expect(judged.status == 0 && judged.stdout == "\(devices) certificates, \(devices) manifests\n", judged.story)
    }

    /// Lets OpenSSL verify what the run issued. How many there were.
    private static func certificates(_ workspace: Workspace) async throws -> Int {
        let pem = try ExportedDevice.all(await workspace.export()).flatMap(\.certificates)
            .filter { $0.status == "PENDING_ACTIVATION" }.map(\.pem)
        for (number, certificate) in pem.enumerated() {
            try Data(certificate.utf8).write(to: URL(fileURLWithPath: workspace.scratch + "/issued-\(number).pem"))
        }
        let verified = try await Program.shell(
            "openssl verify -x509_strict -attime \"$(date -ud \"$2\" +%s)\" -CAfile \"$1/authorities/ca-1.pem\" \"$3\"/issued-*.pem",
            [workspace.path, now, workspace.scratch])
        #expect(verified.status == 0, verified.story)
        return verified.stdout.split(separator: "\n").count { $0.hasSuffix(": OK") }
    }

    /// Lets OpenSSL verify the CRL of authority 1.
    static func judgeList(_ workspace: Workspace) async throws {
        let list = try await Program.run(
            "/usr/bin/openssl",
            ["crl", "-in", workspace.path + "/delivery/crl/fleet-ca-1.crl", "-noout", "-verify"]
                + ["-CAfile", workspace.path + "/authorities/ca-1.pem"])
        // OpenSSL 3.0 ends with 0 whatever it finds.
        #expect((list.stdout + list.stderr).lowercased().contains("verify ok"), list.story)
    }
}

import Foundation
import Testing

/// A second module. An emulated TPM has no resource manager: what a run would leave open in it, the next could not open.
@Suite("Keys in a TPM", .enabled(if: TPMToken.module != nil))
struct TPMTokenTests {
    private func workspace(_ token: TPMToken, key: String, signature: String) async throws -> Workspace {
        let module = try #require(TPMToken.module)
        let workspace = try await Workspace(limits: "limits: { revoke: 100% }\n") {
            $0.replacing("ECDSA-WITH-SHA256", with: signature)
        }
        try await workspace.add(devices: #"{"bulk": {"count": 8}}"#)
        try await Certtool.makeAuthority(
            name: "TPM CA", key: "pkcs11:token=fleet;object=\(key)", module: module, pin: TPMToken.pin,
            to: workspace.path + "/authorities/ca-1.pem", environment: token.environment)
        let rest = "module: \(module), pin: { env: TOKEN_PIN }"
        try workspace.setKey("pkcs11: \"pkcs11:token=fleet;object=\(key)\", \(rest)")
        try workspace.write(
            "rotation.yaml",
            workspace.text("rotation.yaml").replacing(
                "key: { file: authorities/manifest.key }",
                with: "key: { pkcs11: \"pkcs11:token=fleet;object=ecc256\", \(rest) }"))
        return workspace
    }

    @Test(
        "The whole job with keys in a TPM: other programs find all of it right", .timeLimit(.minutes(20)),
        arguments: [
            ("ecc256", "ECDSA-WITH-SHA256"), ("ecc384", "ECDSA-WITH-SHA384"), ("rsa2048", "SHA256WITHRSA"),
            ("rsa2048", "RSASSAPSS"),
        ])
    func wholeJob(key: String, signature: String) async throws {
        let token = try await TPMToken(keys: key == "ecc256" ? [key] : ["ecc256", key])
        let workspace = try await workspace(token, key: key, signature: signature)
        let ran = try await workspace.job("run", "--at", now, environment: token.environment)
        try #require(ran.status == 0, ran.story)
        try await TokenJudge.judge(workspace, devices: 8, signature: signature, hash: nil)
        let revoked = try await workspace.job(
            "revoke", "--device", try ExportedDevice.all(await workspace.export())[3].device, "--reason",
            "keyCompromise", "--now", "--at", now, environment: token.environment)
        try #require(revoked.status == 0, revoked.story)
        try await TokenJudge.judgeList(workspace)
    }

    @Test("A wrong PIN for a TPM is told, and tried once")
    func wrongPIN() async throws {
        let token = try await TPMToken(keys: ["ecc256"])
        let workspace = try await workspace(token, key: "ecc256", signature: "ECDSA-WITH-SHA256")
        let wrong = try await workspace.job(
            "run", "--at", now, environment: token.environment.merging(["TOKEN_PIN": "99999999"]) { $1 })
        #expect(wrong.status == 69 && wrong.stderr.contains("is wrong (CKR_PIN_INCORRECT)"), wrong.story)
        let right = try await workspace.job("run", "--at", now, environment: token.environment)
        #expect(right.status == 0, right.story)
    }
}

import Foundation
import Testing

@Suite("Every signature algorithm, from a policy file to a device's TLS connection")
struct AlgorithmTests {
    @Test("policy check warns of DSA, with the place, and of nothing else")
    func check() async throws {
        let fleet = try await AlgorithmFleet.shared.value
        let said = fleet.check.stderr.components(separatedBy: "\n")
        #expect(said.count { $0.hasPrefix("warning: DSA is withdrawn: FIPS 186-5") } == 2, fleet.check.story)
        #expect(said.count { $0.hasPrefix("warning") || $0.hasPrefix("error") } == 2, fleet.check.story)
        #expect(said.contains { $0.contains("--> policies/simple.yaml:") })
    }

    @Test(
        "OpenSSL takes every certificate with its chain and its CRL, and of each authority's the one that was revoked not"
    )
    func verify() async throws {
        let fleet = try await AlgorithmFleet.shared.value
        for authority in SigningCase.authorities {
            let good = SigningCase.all.indices.filter { SigningCase.all[$0].authority == authority }.map {
                "device-\($0)"
            }
            let output = try await Program.shell(
                #"""
                list=$1 root=$2 authority=$3
                shift 3
                openssl crl -inform DER -in "$list" -out list.pem
                openssl verify -x509_strict -crl_check -CRLfile list.pem -CAfile "$root" -untrusted "$authority" "$@" 2>&1
                """#,
                [fleet.revocationList(authority), fleet.root, fleet.authority(authority)]
                    + (good + ["revoked-\(authority)"]).map(fleet.certificate), in: fleet.workspace.scratch)
            for device in good { #expect(output.stdout.contains("\(fleet.certificate(device)): OK"), output.story) }
            #expect(!output.stdout.contains("\(fleet.certificate("revoked-\(authority)")): OK"), output.story)
            #expect(output.stdout.contains("certificate revoked"), output.story)
        }
    }

    @Test("a device's id-RSASSA-PSS key is certified as it stands in the CSR, with its parameters")
    func pssKeys() async throws {
        let fleet = try await AlgorithmFleet.shared.value
        for (device, parameters) in [
            ("device-3", "No PSS parameter restrictions"), ("device-4", "Minimum Salt Length: 32"),
        ] {
            let output = try await DeviceAgent.program(
                ["openssl", "x509", "-noout", "-text", "-in", fleet.certificate(device)])
            #expect(output.stdout.contains("Public Key Algorithm: rsassaPss"), output.story)
            #expect(output.stdout.contains(parameters), output.story)
        }
    }

    @Test("a profile that its authority's key cannot do stops plan and run as it stops policy check")
    func impossible() async throws {
        for (authority, signature, hash) in [
            ("rsa-pss", "SHA256WITHRSA", ""), ("rsa-pss-sha384", "RSASSAPSS", "hash: SHA-256"),
            ("dsa-2048", "ECDSA-WITH-SHA256", ""),
        ] {
            let workspace = try await Workspace()
            let key = try String(contentsOfFile: Package.testKeys + "/ca-\(authority).key", encoding: .utf8)
            try workspace.write("authorities/ca-1.key", key)
            try workspace.write(
                "authorities/ca-1.pem",
                String(contentsOfFile: Package.testKeys + "/ca-\(authority).pem", encoding: .utf8))
            let policy = try workspace.text("policies/simple.yaml")
            try workspace.write(
                "policies/simple.yaml",
                policy.replacing("signature: ECDSA-WITH-SHA256", with: "signature: \(signature)\n    \(hash)"))
            let line = hash.isEmpty ? "11:16" : "12:11"
            for command in [["policy", "check"], ["plan"], ["run"]] {
                let output = try await Program.run(Program.rotationJob, command, in: workspace.path)
                #expect(output.status == 65, output.story)
                #expect(
                    output.stderr.contains(
                        "error: the key of authority `fleet-ca-1` cannot make \(signature) signatures"))
                #expect(output.stderr.contains("policies/simple.yaml:\(line)"), output.story)
            }
        }
    }
}

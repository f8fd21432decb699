import Foundation
import Testing

@Suite("What pkilint says of certificates and CRLs")
struct LintTests {
    private struct Finding: Decodable { let file: String, findings: String }

    private func lint(_ files: [String]) async throws -> [Finding] {
        let output = try await Program.run(Program.testPython, ["-B", Package.judges + "/lint.py"] + files)
        try #require(output.status == 0, output.story)
        let findings = try JSONDecoder().decode([Finding].self, from: output.stdoutBytes)
        try #require(findings.count == files.count)
        return findings
    }

    @Test("it finds nothing in what was issued, by any algorithm")
    func issued() async throws {
        let fleet = try await AlgorithmFleet.shared.value
        let certificates = AlgorithmFleet.devices.map(fleet.certificate)
        let lists = SigningCase.authorities.map(fleet.revocationList)
        for file in try await lint(certificates + lists) {
            #expect(file.findings.isEmpty, "\(file.file): \(file.findings)")
        }
    }

    @Test("it would find something: in a certificate without extensions, and in a CRL without a number")
    func control() async throws {
        let made = try TemporaryDirectory()
        let output = try await Program.shell(
            #"""
            set -e
            openssl req -new -key "$1" -subj "/CN=a" -out request 2>&1
            openssl x509 -req -in request -CA "$2" -CAkey "$3" -days 1 -out bare.pem 2>&1
            printf '[ca]\ndefault_ca=a\n[a]\ndatabase=index\ndefault_md=sha256\ndefault_crl_days=1\n' >config
            : >index
            openssl ca -gencrl -config config -cert "$2" -keyfile "$3" -out bare 2>&1
            openssl crl -in bare -outform DER -out bare.crl 2>&1
            """#,
            [
                Package.testKeys + "/device-rsa-2048.key", Package.testKeys + "/ca-rsa-2048.pem",
                Package.testKeys + "/ca-rsa-2048.key",
            ], in: made.path)
        try #require(output.status == 0, output.story)
        for file in try await lint([made / "bare.pem", made / "bare.crl"]) {
            #expect(file.findings.contains("ERROR"), "\(file.file): \(file.findings)")
        }
    }
}

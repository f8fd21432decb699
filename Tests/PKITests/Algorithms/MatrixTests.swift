import Foundation
import PKI
import RotationModel
import RotationTesting
import Testing

/// Every authority algorithm for every device key and CSR signature, issued here and judged by three other programs.
///
/// None of the judges is unable to judge any of it, so there is no exception to state: each must take every certificate, and refuse every
/// one whose signature was changed.
@Suite("The matrix of algorithms")
struct MatrixTests {
    static let judges = ["openssl", "certtool", "cryptography"]

    /// By judge: the names of the certificates, and whether it took them.
    typealias Verdicts = [String: [String: Bool]]

    private static let verdicts = Result { try judged() }

    /// For longer than any clock that the judges go by.
    private static let validity = (
        from: Timestamp(seconds: 1_590_969_600), until: Timestamp(seconds: 4_083_955_200)
    )

    private static func judged() throws -> Verdicts {
        let folder = try TemporaryFolder()
        let proof = ProofOfPossession()
        let keys = try DeviceRequest.all.map { device in
            let request = try device.make(in: folder)
            try proof.verify(request)
            return request.publicKey
        }
        for (number, algorithm) in AuthorityAlgorithm.all.enumerated() {
            let signer = try algorithm.signer()
            for (device, key) in keys.enumerated() {
                let certificate = try signer.sign(
                    order(
                        key, subject: ThrowawayPKI.name("device-\(device)"),
                        names: [.dns("device-\(device).example.com")], notBefore: validity.from,
                        notAfter: validity.until, serial: ThrowawayPKI.serial("\(number) \(device)").bytes))
                try folder.write("issued/\(algorithm.authority)/\(number)-\(device).pem", certificate.pem)
                guard device == 0 else { continue }
                var changed = certificate.der
                changed[changed.count - 1] ^= 1
                try folder.write(
                    "issued/\(algorithm.authority)/\(number)-changed.pem", PEM.encode("CERTIFICATE", changed))
            }
        }
        let judge = TestKeys.folder + "../PKITests/Judges/matrix.py"
        let outcome = try ExternalProgram.run([TestPython.path, "-B", judge, TestKeys.folder, folder["issued"]])
        try #require(outcome.status == 0, "\(outcome.errors)")
        return try JSONDecoder().decode(Verdicts.self, from: Data(outcome.output))
    }

    /// How many certificates of an algorithm a judge took.
    private func taken(_ number: Int, by judge: String) throws -> Int {
        let verdicts = try #require(try MatrixTests.verdicts.get()[judge])
        let authority = AuthorityAlgorithm.all[number].authority
        return try DeviceRequest.all.indices.count { device in
            let name = "\(authority)/\(number)-\(device).pem"
            try #require(verdicts.keys.contains(name), "\(judge) said nothing of \(name)")
            return verdicts[name] == true
        }
    }

    @Test("each judge takes every certificate", arguments: judges)
    func good(judge: String) throws {
        for (number, algorithm) in AuthorityAlgorithm.all.enumerated() {
            #expect(try taken(number, by: judge) == DeviceRequest.all.count, "\(algorithm.testDescription)")
        }
    }

    @Test("each judge refuses a certificate whose signature was changed", arguments: judges)
    func changed(judge: String) throws {
        let verdicts = try #require(try MatrixTests.verdicts.get()[judge])
        for (number, algorithm) in AuthorityAlgorithm.all.enumerated() {
            let verdict = verdicts["\(algorithm.authority)/\(number)-changed.pem"]
            #expect(verdict == false, "\(algorithm.testDescription)")
        }
    }

    @Test("docs/algorithms.md has the table as it came out")
    func document() throws {
        let path = TestKeys.folder + "../../docs/algorithms.md"
        let lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
        let head = try #require(lines.firstIndex { $0.hasPrefix("| authority's key | `signature` | `hash` |") })
        #expect(lines[(head + 2)...].prefix { $0.hasPrefix("|") } == (try table())[...])
    }

    /// The rows of the document: authorities that differ only in their key's size share one.
    private func table() throws -> [String] {
        var rows: [(head: String, taken: [String: Int], of: Int)] = []
        for (number, algorithm) in AuthorityAlgorithm.all.enumerated() {
            let head =
                "| \(MatrixTests.kind(algorithm.authority)) | `\(algorithm.signature)` | \(algorithm.hash?.rawValue ?? "") |"
            let place = rows.firstIndex { $0.head == head } ?? rows.count
            if place == rows.count { rows.append((head, [:], 0)) }
            rows[place].of += DeviceRequest.all.count
            for judge in MatrixTests.judges { rows[place].taken[judge, default: 0] += try taken(number, by: judge) }
        }
        return rows.map { row in
            row.head + MatrixTests.judges.map { " \(row.taken[$0] ?? 0) of \(row.of) |" }.joined()
        }
    }

    private static func kind(_ authority: String) -> String {
        switch authority {
        case "rsa-2048", "rsa-3072", "rsa-4096": "RSA 2048, 3072, 4096"
        case "rsa-pss": "id-RSASSA-PSS 2048"
        case "rsa-pss-sha256": "the same, for SHA-256 alone"
        case "rsa-pss-sha384": "the same, for SHA-384 alone"
        case "rsa-pss-sha512": "the same, for SHA-512 alone"
        case "dsa-2048", "dsa-3072": "DSA 2048, 3072 (q of 256 bits)"
        case "ecdsa-p256": "P-256"
        case "ecdsa-p384": "P-384"
        default: "P-521"
        }
    }
}

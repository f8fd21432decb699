import Foundation
import PKI
import RotationModel
import RotationTesting
import Testing

@Suite("The testing kit")
struct TestingKitTests {
    @Test("SplitMix64 gives its published numbers")
    func generator() {
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }

    @Test("a temporary folder goes with its last reference")
    func folder() throws {
        var folder: TemporaryFolder? = try TemporaryFolder()
        let path = try #require(folder?.path)
        try folder?.write("a/b", "x")
        #expect(FileManager.default.fileExists(atPath: "\(path)/a/b"))
        folder = nil
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a made fleet has the labels and dates that its seed says, real certificates and CSRs that prove possession")
    func fleet() throws {
        var options = FleetOptions(devices: 60, now: now)
        options.seed = 5
        let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
        let summary = try FleetWriter(options, folder: first.path).write()
        #expect(try FleetWriter(options, folder: second.path).write().requests == summary.requests)
        let (lines, others) = (try csvHeads(first), try csvHeads(second))
        #expect(
            lines == others && lines.count == 60 && lines[0] == "sensor-eu-000000,111122223333,sensor,eu,field,ACTIVE")

        let authorities = try (1...3).map { try Certificate(reading: first.read("authorities/ca-\($0).pem")) }
        let certificates = try Certificate.all(reading: first.read("fleet.csv"))
        #expect(certificates.count == 60)
        for certificate in certificates {
            let issuer = try #require(authorities.first { $0.subject == certificate.issuer })
            #expect(try certificate.isSigned(by: issuer.publicKey))
        }
        #expect(certificates[5].publicKey == certificates[6].publicKey && certificates[7].publicKey.weakness != nil)

        let names = try FileManager.default.contentsOfDirectory(atPath: first["csr"])
        #expect(names.count == summary.requests && summary.requests > 10 && summary.requests < 50)
        let proof = ProofOfPossession()
        for name in names {
            let request = try CertificateRequest(reading: first.read("csr/\(name)"))
            try proof.verify(request)
            let key = try PrivateKey.load(path: first["keys/\(name.dropLast(4)).key"])
            #expect(key.publicKey == request.publicKey)
        }
        _ = try PrivateKey.load(path: first["authorities/ca-1.key"])
        _ = try PrivateKey.load(path: first["authorities/manifest.key"])
    }

    @Test("in a uniform fleet every device is alike, and its NDJSON says what its CSV says")
    func uniform() throws {
        var options = FleetOptions(devices: 30, now: now)
        options.isUniform = true
        options.csrShare = 1
        options.left = .days(10)
        options.writesKeys = false
        let folder = try TemporaryFolder()
        #expect(try FleetWriter(options, folder: folder.path).write().requests == 30)
        let lines = String(decoding: try folder.read("fleet.ndjson"), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 30 && lines.allSatisfy { $0.contains(#""status":"ACTIVE""#) })
        let certificates = try Certificate.all(reading: folder.read("fleet.csv"))
        #expect(certificates.allSatisfy { $0.publicKey.algorithm == .ecdsaP256 && $0.notAfter == now + .days(10) })
        for (line, certificate) in zip(lines, certificates) {
            #expect(line.contains(certificate.pem.replacingOccurrences(of: "\n", with: "\\n")))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder["keys"]).isEmpty)
    }

    /// The columns before the certificate.
    private func csvHeads(_ folder: TemporaryFolder) throws -> [String] {
        String(decoding: try folder.read("fleet.csv"), as: UTF8.self).split(separator: "\n")
            .filter { $0.contains(",\"-----BEGIN") }.map { String($0.prefix { $0 != "\"" }.dropLast()) }
    }
}

import Delivery
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Intake
@testable import Job
@testable import Planning

@Suite("Files of the inbox with a private key in them")
struct BurntKeyTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var algorithm = KeyAlgorithm.ecdsaP256
        /// What is handed in, made of the CSR and its key, both PEM.
        let file: @Sendable ([UInt8], PrivateKey) throws -> [UInt8]
    }

    private static func sec1(_ key: PrivateKey) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let path = try folder.write("key", try key.pem(), mode: 0o600)
        return try ExternalProgram.run(["openssl", "pkey", "-traditional", "-in", path]).output
    }

    static let cases: [Case] = [
        Case(testDescription: "PKCS#8 behind the CSR") { csr, key in try csr + key.pem() },
        Case(testDescription: "PKCS#8 before the CSR") { csr, key in try key.pem() + csr },
        Case(testDescription: "SEC1 behind the CSR") { csr, key in try csr + sec1(key) },
        Case(testDescription: "PKCS#1 before the CSR", algorithm: .rsa(bits: 2048)) { csr, key in try sec1(key) + csr },
        Case(testDescription: "an encrypted key") { csr, key in
            try csr + key.pem(passphrase: Passphrase(bytes: Array("a secret".utf8)))
        },
        Case(testDescription: "a key that is cut off") { csr, key in try csr + key.pem().dropLast(60) },
        Case(testDescription: "a key with CRLF line ends") { csr, key in
            try csr + Array(String(decoding: key.pem(), as: UTF8.self).replacing("\n", with: "\r\n").utf8)
        },
        Case(testDescription: "the key alone") { _, key in try key.pem() },
        Case(testDescription: "the key alone, as DER") { _, key in try PEM.blocks(in: key.pem())[0].der },
        Case(testDescription: "SEC1 alone, as DER") { _, key in try PEM.blocks(in: sec1(key))[0].der },
    ]

    @Test(
        "A CSR's is refused by name, its bytes are kept nowhere, and the device is told to make another",
        arguments: cases)
    func request(_ test: Case) async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        let key = try PrivateKey.generate(test.algorithm)
        let csr = try CertificateRequestMaker.makePEM(key: key, subject: ThrowawayPKI.name("d1"))
        try fleet.put("d1.csr", try test.file(csr, key))
        #expect(try await fleet.plan().inbox?.refused.map(\.code) == ["private-key-included"])
        let outcome = try await fleet.run()
        #expect(outcome.intake.rejected.map(\.code) == ["private-key-included"])
        #expect(outcome.lines == ["d1 requested"])
        #expect(try fleet.waitingFiles == [])
        #expect(!Files.exists(fleet.folder["inbox/rejected/d1.csr"]))
        #expect(try fleet.rejection("d1").code == "private-key-included")
        let told = try #require(try fleet.manifest("d1").refused)
        #expect(told.hasPrefix("private-key-included: ") && told.contains("make a new key"))
        try fleet.handIn("d1")
        #expect(try await fleet.run().lines == ["d1 issued"])
    }

    @Test("A confirmation's is refused by the same name, and kept nowhere", arguments: [true, false])
    func confirmation(_ isPEM: Bool) async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        let key = try fleet.handIn("d1")
        try await fleet.run()
        let pem = try key.pem()
        try fleet.putConfirmation("d1.jws", isPEM ? pem : try PEM.blocks(in: pem)[0].der)
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["private-key-included"])
        #expect(!Files.exists(fleet.folder["inbox/rejected/d1.jws"]))
    }
}

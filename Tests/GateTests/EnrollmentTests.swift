import Basics
import Fleet
import Foundation
import Job
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Gate

@Suite("Enrolment over secure transport")
struct EnrollmentTests {
    private static let done = "application/pkcs7-mime; smime-type=certs-only"

    /// The certificates of an answer, as other programs read them: by `openssl pkcs7` and by Python's cryptography, which have to agree.
    private func certificates(_ response: GateResponse, in folder: TemporaryFolder) throws -> [[UInt8]] {
        #expect(response.status == 200, "\(response.text)")
        let der = try #require(Base64.decode(response.body))
        let path = try folder.write("answer.p7", der)
        let printed = try ExternalProgram.run(["openssl", "pkcs7", "-inform", "DER", "-in", path, "-print_certs"])
        #expect(printed.status == 0, "\(printed.errors)")
        let byOpenSSL = try PEM.blocks(in: printed.output).map(\.der)
        let judged = try ExternalProgram.run([
            TestPython.path, "-c",
            """
            import sys
            from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
            for c in pkcs7.load_der_pkcs7_certificates(open(sys.argv[1], "rb").read()):
                print(c.public_bytes(Encoding.DER).hex())
            """, path,
        ])
        #expect(judged.status == 0, "\(judged.errors)")
        let byPython = judged.text.split(separator: "\n").compactMap { Hex.decode(String($0)) }
        #expect(byPython == byOpenSSL)
        let parsed = try ExternalProgram.run(["openssl", "asn1parse", "-inform", "DER", "-in", path])
        #expect(parsed.status == 0)
        #expect(parsed.text.contains(":pkcs7-signedData"))
        return byOpenSSL
    }

    @Test("Everybody gets the authorities' certificates")
    func authorities() async throws {
        let fleet = try GateFleet()
        let response = await fleet.get("/.well-known/est/cacerts")
        #expect(response.header("content-type") == "application/pkcs7-mime")
        #expect(response.header("content-transfer-encoding") == "base64")
        #expect(try certificates(response, in: fleet.folder) == [fleet.pki.authority.certificate.der])
    }

    @Test("Base64 is one line, but for libest, which reads lines of 64 columns")
    func lines() async throws {
        let fleet = try GateFleet()
        let plain = await fleet.get("/.well-known/est/cacerts")
        #expect(plain.body.count { $0 == 10 } == 1)
        #expect(plain.body.last == 10)
        for agent in ["libest 1.0", "libest", "LibEST/3"] {
            let wrapped = await fleet.get("/.well-known/est/cacerts", headers: [("user-agent", agent)])
            let lines = wrapped.body.split(separator: 10)
            #expect(lines.dropLast().allSatisfy { $0.count == 64 })
            #expect((1...64).contains(lines.last?.count ?? 0))
            #expect(wrapped.body.last == 10)
            #expect(Array(lines.joined()) + [10] == plain.body)
        }
        #expect(await fleet.get("/.well-known/est/cacerts", headers: [("user-agent", "not libest")]) == plain)
    }

    @Test(
        "A client that knows nothing of the job gets its certificate after a run, and is told until then to come again")
    func enrolls() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        let key = try PrivateKey.generate(.ecdsaP256)
        let csr = Array(Base64.encode(try GateFleet.csr(key)).utf8)
        for _ in 0..<3 {
            let response = await fleet.enroll(csr, as: d1)
            #expect(response.status == 202, "\(response.text)")
            #expect((300...600).contains(response.retryAfter ?? 0))
        }
        // It came three times, and is submitted once.
        #expect(fleet.sink.all.count == 1)
        try await fleet.run()
        for path in ["/.well-known/est/simplereenroll", "/.well-known/est/simpleenroll"] {
            let response = await fleet.enroll(csr, as: d1, path: path)
            #expect(response.header("content-type") == Self.done)
            #expect(try certificates(response, in: fleet.folder) == [fleet.replacement("d1").der])
        }
        #expect(fleet.sink.all.isEmpty)
        #expect(try fleet.replacement("d1").publicKey.identity == key.publicKey.identity)
        // Another key is another request.
        #expect(await fleet.enroll(try GateFleet.csr(PrivateKey.generate(.ecdsaP256)), as: d1).status == 202)
        #expect(fleet.sink.all.count == 1)
    }

    @Test("Whose the certificate is, the client's certificate says, and nothing in the CSR")
    func subject() async throws {
        let fleet = try GateFleet()
        let (d1, d2) = (try fleet.add("d1"), try fleet.add("d2"))
        try fleet.load()
        let key = try PrivateKey.generate(.ecdsaP256)
        let csr = try GateFleet.csr(key, "d2")
        #expect(await fleet.enroll(csr, as: d1).status == 202)
        #expect(fleet.sink.all.map(\.device.text) == ["d1"])
        try await fleet.run()
        // For another device the same key is another matter.
        #expect(await fleet.enroll(csr, as: d2).status == 202)
        #expect(await fleet.enroll(csr, as: d1).status == 200)
    }

    @Test(
        "A CSR that waits for its time is answered with 202, by a gate that was started anew too, and is not submitted again"
    )
    func waits() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1", left: .days(60))
        try fleet.load()
        let csr = try GateFleet.csr(try PrivateKey.generate(.ecdsaP256))
        #expect(await fleet.enroll(csr, as: d1).status == 202)
        try await fleet.run()
        #expect(await fleet.enroll(csr, as: d1).status == 202)
        let workspace = fleet.workspace
        let fresh = GateRouter(
            rules: try GateRules(of: workspace), inventory: LiveInventory { try workspace.openInventory(.live) },
            delivery: workspace.configuration.delivery, submissions: fleet.sink,
            retry: RetryAfter(generator: SeededGenerator(seed: 1)))
        let response = await fresh.respond(
            to: GateRequest(
                method: "POST", path: "/.well-known/est/simplereenroll",
                headers: [("content-type", "application/pkcs10")], body: csr),
            from: Peer(transport: .tls, certificate: d1.der, serverName: nil, address: ""), at: GateFleet.now)
        #expect(response.status == 202)
        #expect(fleet.sink.all.isEmpty)
    }

    @Test("A CSR that the job refused is answered with the reason, once; the next is submitted anew")
    func refused() async throws {
        let fleet = try GateFleet(profileKeys: "[ecdsa-p384]")
        let d1 = try fleet.add("d1")
        try fleet.load()
        let csr = try GateFleet.csr(try PrivateKey.generate(.ecdsaP256))
        #expect(await fleet.enroll(csr, as: d1).status == 202)
        #expect(await fleet.enroll(csr, as: d1).status == 202)
        try await fleet.run()
        let response = await fleet.enroll(csr, as: d1)
        #expect(response.status == 400)
        #expect(response.code == "key-not-allowed")
        #expect((response.json["detail"] as? String)?.contains("ecdsa-p384") == true)
        #expect(fleet.sink.all.isEmpty)
        #expect(await fleet.enroll(csr, as: d1).status == 202)
        #expect(fleet.sink.all.count == 1)
        // A refusal of before is none of a CSR that came after it.
        let better = try GateFleet.csr(try PrivateKey.generate(.ecdsaP384))
        #expect(await fleet.enroll(better, as: d1).status == 202)
        #expect(await fleet.enroll(better, as: d1).status == 202)
        try await fleet.run(at: GateFleet.now + .hours(1))
        #expect(await fleet.enroll(better, as: d1).status == 200)
    }

    @Test(
        "The key that a device has is certified again where the policy allows it, and then the new certificate is handed out"
    )
    func sameKey() async throws {
        let fleet = try GateFleet(rekey: "allowed")
        let d1 = try fleet.add("d1")
        try fleet.load()
        let csr = try GateFleet.csr(try #require(fleet.keys["d1"]))
        // The certificate that it shows is for this key, and is no answer.
        #expect(await fleet.enroll(csr, as: d1).status == 202)
        try await fleet.run()
        let new = try fleet.replacement("d1")
        #expect(try certificates(await fleet.enroll(csr, as: d1), in: fleet.folder) == [new.der])
        #expect(new.fingerprint != d1.fingerprint)
    }

    @Test("A certificate that was revoked meanwhile, or has expired, is no answer")
    func revoked() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1", left: .days(10))
        try fleet.load()
        let csr = try GateFleet.csr(try PrivateKey.generate(.ecdsaP256))
        #expect(await fleet.enroll(csr, as: d1).status == 202)
        try await fleet.run()
        #expect(await fleet.enroll(csr, as: d1).status == 200)
        #expect(await fleet.enroll(csr, as: d1, at: GateFleet.now + .days(100)).status == 202)
        fleet.share(try fleet.replacement("d1"), with: "d1", status: "REVOKED")
        try fleet.load()
        #expect(await fleet.enroll(csr, as: d1).status == 202)
    }

    @Test(
        "What is asked of a CSR is the key's kind, where the policy leaves no choice",
        arguments: [
            ("[ecdsa-p256]", "id-ecPublicKey", "prime256v1"), ("[ecdsa-p384]", "id-ecPublicKey", "secp384r1"),
            ("[ecdsa-p521]", "id-ecPublicKey", "secp521r1"), ("[rsa-3072]", "rsaEncryption", "0C00"),
            ("[ecdsa-p256, rsa-2048+]", "", ""),
        ])
    func attributes(_ keys: String, type: String, value: String) async throws {
        let fleet = try GateFleet(profileKeys: keys)
        let d1 = try fleet.add("d1")
        try fleet.load()
        #expect(await fleet.get("/.well-known/est/csrattrs") == GateResponse(204))
        let response = await fleet.get("/.well-known/est/csrattrs", as: d1)
        guard !type.isEmpty else {
            #expect(response == GateResponse(204))
            return
        }
        #expect(response.status == 200)
        #expect(response.header("content-type") == "application/csrattrs")
        let der = try #require(Base64.decode(response.body))
        let parsed = try ExternalProgram.run([
            "openssl", "asn1parse", "-inform", "DER", "-in", try fleet.folder.write("attributes", der),
        ])
        #expect(parsed.status == 0)
        #expect(parsed.text.contains(type))
        #expect(parsed.text.contains(value))
        #expect(
            await fleet.get("/.well-known/est/csrattrs", as: try fleet.pki.device("x").certificate).code == "unknown")
    }

    @Test("Clients are not all told to come at the same time, and the same seed tells the same times")
    func jitter() {
        let retry = RetryAfter(generator: SeededGenerator(seed: 1))
        let times = (0..<200).map { _ in retry.answer() }
        #expect(times.allSatisfy { (300...600).contains($0) })
        #expect(Set(times).count > 50)
        let same = RetryAfter(generator: SeededGenerator(seed: 1))
        #expect((0..<200).map { _ in same.answer() } == times)
        let wide = RetryAfter(answers: 0...10_000, generator: SeededGenerator(seed: 1))
        #expect((0..<200).allSatisfy { _ in (1...600).contains(wide.answer()) })
        let late = RetryAfter(answers: 9_000...10_000, generator: SeededGenerator(seed: 1))
        #expect(late.answer() == 600)
    }
}

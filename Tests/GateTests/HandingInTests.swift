import Basics
import Fleet
import Job
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Gate

@Suite("What devices hand in")
struct HandingInTests {
    private static let pkcs10 = [("content-type", "application/pkcs10")]

    /// A CSR in the spellings that clients have.
    static let spellings: [(name: String, write: @Sendable ([UInt8]) -> [UInt8])] = [
        ("DER", { $0 }),
        ("base64 in one line", { Array(Base64.encode($0).utf8) }),
        (
            "base64 in lines",
            { PEM.encode("X", $0).split(separator: 10).dropFirst().dropLast().flatMap { $0 + [13, 10] } }
        ),
        ("PEM", { PEM.encode("CERTIFICATE REQUEST", $0) }),
        ("PEM of old, after a text", { Array("hello\n".utf8) + PEM.encode("NEW CERTIFICATE REQUEST", $0) }),
    ]

    @Test("A CSR is kept, as DER, with who handed it in, when and by which certificate; then it is acknowledged")
    func csr() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        let csr = try GateFleet.csr(try PrivateKey.generate(.ecdsaP256))
        for (name, write) in Self.spellings {
            let response = await fleet.ask(
                "POST", "/v1/csr", as: d1, headers: [("content-type", "application/PKCS10; charset=x")],
                body: write(csr), transport: .proxy)
            #expect(response.status == 202, "\(name): \(response.text)")
            #expect((1...600).contains(response.retryAfter ?? 0))
            #expect(
                fleet.sink.takeAll() == [
                    HandedIn(
                        kind: .csr, device: DeviceID(checked: "d1"), account: AccountID(checked: "111122223333"),
                        certificate: d1.fingerprint, at: GateFleet.now, via: .proxy, bytes: csr)
                ])
        }
    }

    @Test("What cannot be kept is not acknowledged")
    func full() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        fleet.sink.fail(RotationError(.io, "the disk is full", at: "/var/lib/secret"))
        let csr = try GateFleet.csr(try PrivateKey.generate(.ecdsaP256))
        for path in ["/v1/csr", "/.well-known/est/simpleenroll"] {
            let response = await fleet.ask("POST", path, as: d1, headers: Self.pkcs10, body: csr)
            #expect(response.status == 503)
            #expect(response.code == "unavailable")
            #expect(response.retryAfter != nil)
            #expect(!response.text.contains("secret"))
        }
        #expect(fleet.troubles.all.map(\.message) == ["the disk is full", "the disk is full"])
        fleet.sink.fail(nil)
        #expect(await fleet.enroll(csr, as: d1).status == 202)
        #expect(fleet.sink.all.count == 1)
    }

    struct BadRequest: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var status: Int
        var code: String
        var headers = HandingInTests.pkcs10
        var body: @Sendable () throws -> [UInt8]
    }

    private static func good() throws -> [UInt8] { try GateFleet.csr(try PrivateKey.generate(.ecdsaP256)) }

    static let badRequests: [BadRequest] = [
        BadRequest(testDescription: "no type", status: 415, code: "unsupported-media-type", headers: []) { try good() },
        BadRequest(
            testDescription: "another type", status: 415, code: "unsupported-media-type",
            headers: [("content-type", "application/x-pem-file")]
        ) { try good() },
        BadRequest(
            testDescription: "two types", status: 415, code: "unsupported-media-type", headers: pkcs10 + pkcs10
        ) { try good() },
        BadRequest(
            testDescription: "encoded", status: 415, code: "unsupported-media-type",
            headers: pkcs10 + [("content-encoding", "gzip")]
        ) { try good() },
        BadRequest(testDescription: "too long", status: 413, code: "too-large") {
            [UInt8](repeating: 0x30, count: 16 * 1024 + 1)
        },
        BadRequest(testDescription: "nothing", status: 400, code: "malformed") { [] },
        BadRequest(testDescription: "a text", status: 400, code: "malformed") { Array("give me one".utf8) },
        BadRequest(testDescription: "base64 of nothing", status: 400, code: "malformed") { Array("AAAA".utf8) },
        BadRequest(testDescription: "cut off", status: 400, code: "malformed") { try good().dropLast(1) },
        BadRequest(testDescription: "something behind it", status: 400, code: "malformed") { try good() + [0] },
        BadRequest(testDescription: "two of them", status: 400, code: "malformed") {
            try PEM.encode("CERTIFICATE REQUEST", good()) + PEM.encode("CERTIFICATE REQUEST", good())
        },
        BadRequest(testDescription: "a certificate", status: 400, code: "malformed") {
            try ThrowawayPKI(now: GateFleet.now).authority.certificate.der
        },
        BadRequest(testDescription: "a signature that is none", status: 400, code: "proof-of-possession") {
            var bytes = try good()
            bytes[bytes.count - 1] ^= 1
            return bytes
        },
        BadRequest(testDescription: "RSA-1024", status: 400, code: "weak-key") {
            try GateFleet.csr(try PrivateKey.generate(.rsa(bits: 1024)))
        },
        BadRequest(testDescription: "Ed25519", status: 400, code: "key-not-allowed") {
            try ExternalProgram.run([
                "openssl", "req", "-new", "-newkey", "ed25519", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=d1",
            ]).output
        },
        BadRequest(testDescription: "a private key beside it", status: 400, code: "private-key-included") {
            let key = try PrivateKey.generate(.ecdsaP256)
            return try PEM.encode("CERTIFICATE REQUEST", GateFleet.csr(key)) + key.pem()
        },
        BadRequest(testDescription: "a private key alone, in base64", status: 400, code: "private-key-included") {
            let pem = try PrivateKey.generate(.ecdsaP256).pem()
            return pem.split(separator: 10).dropFirst().dropLast().flatMap { $0 }
        },
    ]

    @Test("A CSR that cannot be taken is refused with the inbox's code, and not kept", arguments: badRequests)
    func badRequest(_ row: BadRequest) async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        for path in ["/v1/csr", "/.well-known/est/simplereenroll", "/.well-known/est/simpleenroll"] {
            let response = await fleet.ask("POST", path, as: d1, headers: row.headers, body: try row.body())
            #expect(response.status == row.status, "\(path): \(response.text)")
            #expect(response.code == row.code, "\(response.text)")
        }
        #expect(fleet.sink.all.isEmpty)
    }

    @Test("The authority's own key is nobody's to have certified")
    func authorityKey() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        #expect(await fleet.enroll(try GateFleet.csr(fleet.pki.key), as: d1).code == "weak-key")
    }

    @Test("A confirmation is kept byte for byte")
    func ack() async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        let jws = try JWSSigner(key: try #require(fleet.keys["d1"])).sign(
            payload: Array(
                "{\"device\":\"d1\",\"sequence\":1,\"fingerprint\":\"\(d1.fingerprint.hex)\",\"time\":\"2026-12-01T00:00:00Z\"}"
                    .utf8), type: "rotation-ack")
        let response = await fleet.ask(
            "POST", "/v1/ack", as: d1, headers: [("content-type", "application/jose")], body: jws + [10])
        #expect(response.status == 202, "\(response.text)")
        #expect(fleet.sink.all.map(\.kind) == [.ack])
        #expect(fleet.sink.all.map(\.bytes) == [jws + [10]])
    }

    @Test(
        "A confirmation that is none is refused with the inbox's code",
        arguments: [
            ("", "malformed"), ("a.b.c", "malformed"), ("{}", "malformed"),
            // {"alg":"none"}
            ("eyJhbGciOiJub25lIn0.e30.", "algorithm"),
            // {"alg":"ES256"} over {}
            ("eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "malformed"),
        ])
    func badAck(_ text: String, code: String) async throws {
        let fleet = try GateFleet()
        let d1 = try fleet.add("d1")
        try fleet.load()
        let response = await fleet.ask(
            "POST", "/v1/ack", as: d1, headers: [("content-type", "application/jose")], body: Array(text.utf8))
        #expect(response.status == 400)
        #expect(response.code == code, "\(response.text)")
        let long = [UInt8](repeating: 0x61, count: 16 * 1024 + 1)
        let jose = [("content-type", "application/jose")]
        #expect(await fleet.ask("POST", "/v1/ack", as: d1, headers: jose, body: long).status == 413)
        #expect(await fleet.ask("POST", "/v1/ack", as: d1, headers: Self.pkcs10, body: []).status == 415)
        #expect(fleet.sink.all.isEmpty)
    }
}

import Basics
import RotationModel
import RotationTesting
import Testing

@testable import PKI

/// How a forger would try, and what each try is called.
@Suite("Refusing JWS")
struct UnverifiedJWSTests {
    private let payload = Array(#"{"device":"a","sequence":3}"#.utf8)

    /// Header and payload with a signature over both that is right for the hash and the form given.
    private func compact(
        _ header: String, _ key: PrivateKey, hash: HashAlgorithm = .sha256, padding: SignaturePadding = .none,
        size: Int? = 32
    ) throws -> [UInt8] {
        var compact: [UInt8] = []
        Base64URL.append(Array(header.utf8)[...], to: &compact)
        compact.append(UInt8(ascii: "."))
        Base64URL.append(payload[...], to: &compact)
        var signature = try SigningContext(key: key, hash: hash, padding: padding).sign(compact)
        if let size { signature = try #require(ECDSASignature.joined(fromDER: signature, size: size)) }
        return compact + [UInt8(ascii: ".")] + Array(Base64URL.encode(signature).utf8)
    }

    /// The same with another signature.
    private func replacing(signature: [UInt8], of compact: [UInt8]) throws -> [UInt8] {
        let dot = try #require(compact.lastIndex(of: UInt8(ascii: ".")))
        return compact[...dot] + Array(Base64URL.encode(signature).utf8)
    }

    private func problem(_ bytes: [UInt8], _ key: PublicKeyInfo) -> JWSProblem? {
        do throws(JWSProblem) {
            try UnverifiedJWS(reading: bytes).verify(with: key)
            return nil
        } catch {
            return error
        }
    }

    private func isMalformed(_ problem: JWSProblem?) -> Bool {
        if case .malformed = problem { true } else { false }
    }

    @Test("what is signed is taken, and says what it is before and after")
    func good() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let bytes = try compact(#"{"typ":"rotation-ack","alg":"ES256","kid":"k","jwk":{"a":[1]}}"#, key)
        let unverified = try UnverifiedJWS(reading: bytes)
        #expect(unverified.algorithm == "ES256" && unverified.type == "rotation-ack" && unverified.keyID == "k")
        #expect(unverified.payload == payload && !unverified.hasCriticalExtensions)
        let verified = try unverified.verify(with: key.publicKey)
        #expect(verified.payload == payload && verified.algorithm == .es256 && verified.type == "rotation-ack")
    }

    @Test("one line feed after it is taken, as a file may have it, and nothing else")
    func lineFeed() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let bytes = try compact(#"{"alg":"ES256"}"#, key)
        #expect(problem(bytes + [0x0A], key.publicKey) == nil)
        for more in ["\n\n", "\r\n", " ", "=", "\0"] {
            #expect(isMalformed(problem(bytes + Array(more.utf8), key.publicKey)), "\(more.debugDescription)")
        }
        #expect(isMalformed(problem([0x0A] + bytes, key.publicKey)))
        #expect(try failure { _ = try JWS.verify(bytes + [0x0A], with: key.publicKey) }.code == .badInput)
    }

    @Test(
        "an algorithm that is none, unknown, or not the key's is refused as such, however it is signed",
        arguments: [
            "none", "None", "NONE", "nOnE", "HS256", "es256", "ES256 ", "ES384", "ES512", "RS256", "PS256", "ES256K",
            "",
            "EdDSA",
        ])
    func algorithms(name: String) throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let signed = try compact(#"{"alg":"\#(name)"}"#, key)
        for bytes in [signed, try replacing(signature: [], of: signed)] {
            #expect(problem(bytes, key.publicKey) == .algorithm(name))
        }
    }

    @Test("a key of one kind is not used for the algorithm of another: each with a signature that is right for its own")
    func confusion() throws {
        let p384 = try PrivateKey.generate(.ecdsaP384)
        let rsa = try SharedKeys.key(.rsa(bits: 2048))
        let short = try PrivateKey.generate(.rsa(bits: 1024))
        // The hash of one with the curve of the other.
        let table: [([UInt8], PrivateKey, String)] = [
            (try compact(#"{"alg":"ES256"}"#, p384, size: 48), p384, "ES256"),
            (try compact(#"{"alg":"RS256"}"#, p384, size: 48), p384, "RS256"),
            (try compact(#"{"alg":"ES256"}"#, rsa, padding: .pkcs1, size: nil), rsa, "ES256"),
            (try compact(#"{"alg":"RS256"}"#, short, padding: .pkcs1, size: nil), short, "RS256"),
        ]
        for (bytes, key, name) in table { #expect(problem(bytes, key.publicKey) == .algorithm(name)) }
        #expect(problem(try compact(#"{"alg":"RS256"}"#, rsa, padding: .pkcs1, size: nil), rsa.publicKey) == nil)
        // Right for RS256, offered as PS256.
        #expect(
            problem(try compact(#"{"alg":"PS256"}"#, rsa, padding: .pkcs1, size: nil), rsa.publicKey) == .signature)
    }

    @Test("a key for RSASSA-PSS alone is taken for PS256, where it may do SHA-256, and never for RS256")
    func restrictedKeys() throws {
        let rsa = try SharedKeys.key(.rsa(bits: 2048))
        let free = try rsa.publicKey.restricted(to: nil)
        let other = try rsa.publicKey.restricted(to: PSSParameters(signing: .sha384))
        let pkcs1 = try compact(#"{"alg":"RS256"}"#, rsa, padding: .pkcs1, size: nil)
        let pss = try compact(
            #"{"alg":"PS256"}"#, rsa, padding: .pss(mask: .sha256, saltLength: 32), size: nil)
        #expect(problem(pkcs1, free) == .algorithm("RS256") && problem(pss, free) == nil)
        #expect(problem(pkcs1, other) == .algorithm("RS256") && problem(pss, other) == .algorithm("PS256"))
        #expect(try JWSSigner(key: TestKeys.key("device-rsa-pss")).algorithm == .ps256)
    }

    @Test("the public key as the secret of an HMAC opens nothing")
    func hmac() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let folder = try TemporaryFolder()
        let signed = try compact(#"{"alg":"HS256"}"#, key)
        let content = try #require(signed.lastIndex(of: UInt8(ascii: "."))).advanced(by: 0)
        let secret = Hex.encode(PEM.encode("PUBLIC KEY", key.publicKey.der))
        let mac = try openssl(
            ["dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(secret)", "-binary"], in: folder,
            input: Array(signed[..<content])
        ).output
        #expect(mac.count == 32)
        #expect(problem(try replacing(signature: mac, of: signed), key.publicKey) == .algorithm("HS256"))
    }

    @Test("an algorithm's name is shown printable and short")
    func shownName() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let name = #"\u001b[31m"# + String(repeating: "x", count: 100)
        guard case .algorithm(let shown) = problem(try compact(#"{"alg":"\#(name)"}"#, key), key.publicKey) else {
            Issue.record("not refused as an algorithm")
            return
        }
        #expect(shown.hasPrefix("\\u{1B}[31mx") && shown.count < 40)
    }

    @Test("signatures that are zero, of another key, of other content or of a wrong length are refused as such")
    func signatures() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let good = try compact(#"{"alg":"ES256"}"#, key)
        let dot = try #require(good.lastIndex(of: UInt8(ascii: ".")))
        let signature = try #require(Base64URL.decode(good[(dot + 1)...]))
        let (zero, r, s) = ([UInt8](repeating: 0, count: 32), Array(signature[..<32]), Array(signature[32...]))
        let n = try #require(Hex.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
        let der = try #require(ECDSASignature.der(fromJoined: signature, size: 32))
        for wrong in [
            zero + zero, zero + s, r + zero, n + s, r + n, n + n, s + r, r, [], signature + [0], der,
            [UInt8](repeating: 0xFF, count: 64), [UInt8](repeating: 0, count: 63),
        ] {
            #expect(problem(try replacing(signature: wrong, of: good), key.publicKey) == .signature)
        }
        #expect(problem(good, try PrivateKey.generate(.ecdsaP256).publicKey) == .signature)
        let (rsa, other) = (try SharedKeys.key(.rsa(bits: 2048)), try PrivateKey.generate(.rsa(bits: 2048)))
        for (algorithm, padding) in [("RS256", SignaturePadding.pkcs1), ("PS256", .pss(mask: .sha256, saltLength: 32))]
        {
            let bytes = try compact(#"{"alg":"\#(algorithm)"}"#, rsa, padding: padding, size: nil)
            #expect(problem(bytes, rsa.publicKey) == nil && problem(bytes, other.publicKey) == .signature)
            for wrong in [[UInt8](repeating: 0, count: 256), [], [1]] {
                #expect(problem(try replacing(signature: wrong, of: bytes), rsa.publicKey) == .signature)
            }
        }
    }

    @Test(
        "extensions that must be understood are refused as such, whatever they are",
        arguments: ["[\"b64\"]", "[]", "1"])
    func critical(value: String) throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        #expect(problem(try compact(#"{"alg":"ES256","crit":\#(value),"b64":false}"#, key), key.publicKey) == .critical)
    }

    @Test(
        "a header that is no object with one alg is malformed",
        arguments: [
            #"{"alg":"ES256","alg":"none"}"#, #"{"alg":"none","alg":"ES256"}"#, #"{"alg":"ES256","\u0061lg":"none"}"#,
            #"{"alg":"ES256","kid":"a","kid":"b"}"#, #"{"alg":["ES256"]}"#, #"{"alg":null}"#, #"{"typ":"x"}"#, "{}",
            "[]",
            "", "null", #"{"alg":"ES256"} {}"#, #"{"alg":"ES256","typ":1}"#, #"{"alg":"ES256","kid":null}"#,
            #"{"Alg":"ES256"}"#, #"{"alg":"ES256","x":""# + String(repeating: "x", count: 4096) + #""}"#,
        ])
    func headers(header: String) throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        #expect(isMalformed(problem(try compact(header, key), key.publicKey)))
    }

    @Test(
        "what is not three parts of strict base64url is malformed",
        arguments: [
            "", ".", "..", "a.b", "eyJhbGciOiJFUzI1NiJ9.e30", "eyJhbGciOiJFUzI1NiJ9.e30.AA.AA",
            "eyJhbGciOiJFUzI1NiJ9.e30=.AA", "eyJhbGciOiJFUzI1NiJ9.e31.AA", "eyJhbGciOiJFUzI1NiJ9.e30.A+",
            "eyJhbGciOiJFUzI1NiJ9.e3 0.AA", #"{"payload":"e30","signatures":[]}"#,
        ])
    func parts(text: String) throws {
        #expect(isMalformed(problem(Array(text.utf8), try PrivateKey.generate(.ecdsaP256).publicKey)))
    }

    @Test("a key that is no point of its curve is the key's fault")
    func badKey() throws {
        let bytes = try compact(#"{"alg":"ES256"}"#, PrivateKey.generate(.ecdsaP256))
        let key = PublicKeyInfo(curve: .p256, point: [4] + [UInt8](repeating: 1, count: 64))
        guard case .key(let error) = problem(bytes, key) else {
            Issue.record("taken")
            return
        }
        #expect(error.code == .badInput)
        #expect(try failure { _ = try JWS.verify(bytes, with: key) } == error)
    }

    @Test("more than a mebibyte is not looked at")
    func tooLong() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let bytes = [UInt8](repeating: UInt8(ascii: "A"), count: JWS.largest + 1)
        #expect(isMalformed(problem(bytes, key.publicKey)))
    }
}

import Basics
import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("JWS and JWK")
struct JOSETests {
    static let ways: [(KeyAlgorithm, JWSAlgorithm)] = [
        (.ecdsaP256, .es256), (.ecdsaP384, .es384), (.ecdsaP521, .es512), (.rsa(bits: 2048), .rs256),
        (.rsa(bits: 2048), .ps256),
    ]

    @Test("what is signed verifies, and says what it is", arguments: ways)
    func roundTrip(key: KeyAlgorithm, algorithm: JWSAlgorithm) throws {
        let key = try SharedKeys.key(key)
        let signer = try JWSSigner(key: key, algorithm: algorithm)
        for size in 0..<40 {
            let payload = [UInt8](repeating: 0x7B, count: size)
            let compact = try signer.sign(payload: payload, type: "rotation-manifest")
            let verified = try JWS.verify(compact, with: key.publicKey, allowed: [algorithm])
            #expect(
                verified.payload == payload && verified.type == "rotation-manifest" && verified.algorithm == algorithm)
            #expect(verified.keyID == signer.keyID)
            #expect(try signer.keyID == JSONWebKey(key.publicKey).thumbprint)
            #expect(try JWS.unverifiedKeyID(compact) == signer.keyID)
        }
    }

    @Test("the header has alg, kid and typ in this order")
    func header() throws {
        let signer = try JWSSigner(key: PrivateKey.generate(.ecdsaP256))
        let compact = try signer.sign(payload: Array("{}".utf8), type: "rotation-manifest")
        let header = try #require(Base64URL.decode(compact.split(separator: UInt8(ascii: "."))[0]))
        #expect(
            String(decoding: header, as: UTF8.self)
                == #"{"alg":"ES256","kid":"\#(signer.keyID)","typ":"rotation-manifest"}"#)
    }

    @Test("OpenSSL verifies the signature over header and payload")
    func judge() throws {
        let key = try SharedKeys.key(.rsa(bits: 2048))
        let compact = try JWSSigner(key: key, algorithm: .ps256).sign(payload: [1, 2, 3], type: "t")
        let parts = compact.split(separator: UInt8(ascii: "."))
        let folder = try TemporaryFolder()
        try folder.write("key.pem", PEM.encode("PUBLIC KEY", key.publicKey.der))
        try folder.write("signature", #require(Base64URL.decode(parts[2])))
        let verdict = try openssl(
            [
                "dgst", "-sha256", "-verify", "key.pem", "-sigopt", "rsa_padding_mode:pss", "-sigopt",
                "rsa_pss_saltlen:32", "-signature", "signature",
            ],
            in: folder, input: Array(compact[..<(parts[2].startIndex - 1)]))
        #expect(verdict.text.contains("Verified OK"))
    }

    @Test("RFC 7515's example A.3 verifies")
    func example() throws {
        let x = try #require(Base64URL.decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"))
        let y = try #require(Base64URL.decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
        let key = PublicKeyInfo(curve: .p256, point: [4] + x + y)
        let compact =
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
            + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        let verified = try JWS.verify(Array(compact.utf8), with: key)
        #expect(String(decoding: verified.payload, as: UTF8.self).contains("joe") && verified.type == nil)
    }

    @Test("RFC 7638's example has its thumbprint")
    func thumbprint() throws {
        let n = try #require(
            Base64URL.decode(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
                    + "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9"
                    + "1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
            ))
        let numbers = DEREncoder.sequence(DEREncoder.positiveInteger(n), DEREncoder.positiveInteger([1, 0, 1]))
        let key = try PublicKeyInfo(
            der: DEREncoder.sequence(
                DEREncoder.sequence(DEREncoder.objectIdentifier(.rsaEncryption), DEREncoder.null),
                DEREncoder.bitString(numbers)))
        let jwk = try JSONWebKey(key)
        #expect(jwk.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        #expect(jwk.json(alg: .rs256).hasPrefix(#"{"kty":"RSA","n":"0vx7"#))
        #expect(jwk.json(alg: .rs256).hasSuffix(#""e":"AQAB","kid":"\#(jwk.thumbprint)","alg":"RS256","use":"sig"}"#))
    }

    @Test("coordinates and signatures keep their leading zeros")
    func leadingZeros() throws {
        let short = [UInt8](repeating: 0, count: 31) + [5]
        let key = PublicKeyInfo(curve: .p256, point: [4] + short + short)
        let encoded = Base64URL.encode(short)
        #expect(try JSONWebKey(key).json(alg: .es256).contains(#""crv":"P-256","x":"\#(encoded)","y":"\#(encoded)""#))
        let joined = short + [0x80] + [UInt8](repeating: 1, count: 31)
        let der = try #require(ECDSASignature.der(fromJoined: joined, size: 32))
        #expect(der.starts(with: [0x30, 0x26, 0x02, 0x01, 0x05, 0x02, 0x21, 0x00, 0x80]))
        #expect(ECDSASignature.joined(fromDER: der, size: 32) == joined)
        #expect(
            ECDSASignature.joined(fromDER: der, size: 16) == nil
                && ECDSASignature.der(fromJoined: joined, size: 31) == nil)
    }

    /// The header's JSON, a payload, and a signature by the key over both.
    private func forged(_ header: String, _ key: PrivateKey) throws -> [UInt8] {
        var compact: [UInt8] = []
        Base64URL.append(Array(header.utf8)[...], to: &compact)
        compact += Array(".e30".utf8)
        let signature = try SigningContext(key: key, hash: .sha256, padding: .none).sign(compact)
        compact += Array(".".utf8)
        Base64URL.append(try #require(ECDSASignature.joined(fromDER: signature, size: 32))[...], to: &compact)
        return compact
    }

    @Test(
        "a header that asks for the wrong thing is refused",
        arguments: [
            #"{"alg":"none"}"#, #"{"alg":"HS256"}"#, #"{"alg":"RS256"}"#, #"{"alg":"ES384"}"#,
            #"{"alg":"ES256","crit":["b64"],"b64":false}"#,
            #"{"alg":"ES256","crit":[]}"#, #"{"typ":"x"}"#, #"["ES256"]"#, #"{"alg":"ES256""#, "", #"{"alg":"es256"}"#,
            #"{"alg":"ES256","crit":"x"}"#,
        ])
    func headers(header: String) throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        #expect(try failure { _ = try JWS.verify(forged(header, key), with: key.publicKey) }.code == .badInput)
        _ = try JWS.verify(forged(#"{"alg":"ES256"}"#, key), with: key.publicKey)
    }

    @Test("any byte changed, cut off or added, nothing verifies")
    func tampered() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let compact = try JWSSigner(key: key).sign(payload: Array("{\"device\":\"a\"}".utf8), type: "t")
        for position in compact.indices {
            var bytes = compact
            bytes[position] = bytes[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(try failure { _ = try JWS.verify(bytes, with: key.publicKey) }.code == .badInput)
        }
        let others = [
            Array(compact.dropLast()), compact + [0x0A], compact + Array("=".utf8), compact + Array(".e30".utf8), [],
            Array("..".utf8),
        ]
        for bytes in others {
            #expect(try failure { _ = try JWS.verify(bytes, with: key.publicKey) }.code == .badInput)
        }
        #expect(
            try failure { _ = try JWS.verify(compact, with: PrivateKey.generate(.ecdsaP256).publicKey) }.code
                == .badInput)
        #expect(try failure { _ = try JWS.verify(compact, with: key.publicKey, allowed: [.rs256]) }.code == .badInput)
    }

    @Test(
        "keys that JWS has no algorithm for cannot sign",
        arguments: [.ed25519, .dsa(bits: 2048), .rsa(bits: 1024)] as [KeyAlgorithm])
    func noAlgorithm(algorithm: KeyAlgorithm) throws {
        let key = try SharedKeys.key(algorithm)
        #expect(try failure { _ = try JWSSigner(key: key) }.code == .configuration)
    }
}

import Basics
import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("Public keys")
struct PublicKeyTests {
    /// An RSA key from its numbers.
    private func rsa(_ modulus: [UInt8], exponent: [UInt8] = [1, 0, 1]) -> [UInt8] {
        let numbers = DEREncoder.sequence(DEREncoder.positiveInteger(modulus), DEREncoder.positiveInteger(exponent))
        return DEREncoder.sequence(
            DEREncoder.sequence(DEREncoder.objectIdentifier(.rsaEncryption), DEREncoder.null),
            DEREncoder.bitString(numbers))
    }

    private func ec(_ curve: ObjectIdentifier, _ point: [UInt8]) -> [UInt8] {
        DEREncoder.sequence(
            DEREncoder.sequence(DEREncoder.objectIdentifier(.ecPublicKey), DEREncoder.objectIdentifier(curve)),
            DEREncoder.bitString(point))
    }

    private func modulus() throws -> [UInt8] {
        guard case .rsa(let modulus, _, _) = try SharedKeys.key(.rsa(bits: 2048)).publicKey.material else { return [] }
        return Array(modulus)
    }

    @Test(
        "a key comes back byte for byte, with its algorithm",
        arguments: [.ecdsaP256, .ecdsaP384, .ecdsaP521, .rsa(bits: 2048), .dsa(bits: 2048), .ed25519] as [KeyAlgorithm])
    func roundTrip(algorithm: KeyAlgorithm) throws {
        let key = try SharedKeys.key(algorithm)
        let folder = try TemporaryFolder()
        let pem = try openssl(["pkey", "-pubout"], in: folder, input: key.pem()).output
        let der = try PEM.blocks(in: pem)[0].der
        let read = try PublicKeyInfo(der: der)
        #expect(read == key.publicKey && read.der == der && read.algorithm == algorithm && read.weakness == nil)
        #expect(read.fingerprint == key.publicKey.fingerprint)
    }

    @Test("an RSA key has one fingerprint, however it is written")
    func spellings() throws {
        let key = try SharedKeys.key(.rsa(bits: 2048)).publicKey
        #expect(key.fingerprint == KeyFingerprint(SHA256.digest(key.der)))
        let withoutNull = try PublicKeyInfo(
            der: DEREncoder.sequence(
                DEREncoder.sequence(DEREncoder.objectIdentifier(.rsaEncryption)),
                DEREncoder.bitString(Array(key.bits))))
        for other in [
            withoutNull, try key.restricted(to: nil), try key.restricted(to: PSSParameters(signing: .sha256)),
        ] {
            #expect(other.fingerprint == key.fingerprint && other != key)
        }
    }

    @Test("weak RSA keys are found and named")
    func weakRSA() throws {
        let good = try modulus()
        var even = good
        even[255] &= 0xFE
        let table: [([UInt8], String)] = [
            (rsa(good, exponent: [1]), "the RSA exponent is 1"),
            (rsa(good, exponent: [1, 0, 0]), "the RSA exponent is even"),
            (rsa(even), "the RSA modulus is even"), (rsa(Array(good.dropFirst())), "RSA-"),
            (rsa(good, exponent: [UInt8](repeating: 1, count: 33)), "longer than 256 bits"),
        ]
        for (der, part) in table {
            let weakness = try PublicKeyInfo(der: der).weakness
            #expect(weakness?.contains(part) == true, "\(part): \(weakness ?? "none found")")
        }
        #expect(try PublicKeyInfo(der: rsa(good)).weakness == nil)
        #expect(try PublicKeyInfo(der: rsa(good, exponent: [3])).weakness?.contains("smaller than 65537") == true)
    }

    @Test("a small prime that divides the modulus is found", arguments: [3, 5, 53, 97, 251])
    func smallDivisors(prime: Int) throws {
        func remainder(_ number: [UInt8], _ divisor: Int) -> Int { number.reduce(0) { ($0 << 8 | Int($1)) % divisor } }
        // 2048 bits, zeros but for the ends: the last two bytes are chosen so that no smaller prime divides the number.
        let smaller = (2..<prime).filter { candidate in (2..<candidate).allSatisfy { candidate % $0 != 0 } }
        let ends = stride(from: 1, to: 65_536, by: 2).lazy.map { [UInt8($0 >> 8), UInt8($0 & 255)] }
        let number = try #require(
            ends.map { [0x80] + [UInt8](repeating: 0, count: 253) + $0 }
                .first { number in remainder(number, prime) == 0 && smaller.allSatisfy { remainder(number, $0) != 0 } })
        #expect(try PublicKeyInfo(der: rsa(number)).weakness == "the RSA modulus is divisible by \(prime)")
    }

    @Test("short curves are weak, other curves are kept by name")
    func curves() throws {
        let p192 = try PublicKeyInfo(
            der: ec(ObjectIdentifier(1, 2, 840, 10045, 3, 1, 1), [4] + [UInt8](repeating: 1, count: 48)))
        #expect(p192.algorithm == .other("1.2.840.10045.3.1.1") && p192.weakness?.contains("224 bits") == true)
        let k256 = try PublicKeyInfo(
            der: ec(ObjectIdentifier(1, 3, 132, 0, 10), [4] + [UInt8](repeating: 1, count: 64)))
        #expect(k256.algorithm == .other("1.3.132.0.10") && k256.weakness == nil)
        let compressed = try PublicKeyInfo(der: ec(.p256, [2] + [UInt8](repeating: 1, count: 32)))
        #expect(compressed.algorithm == .ecdsaP256)
    }

    @Test("malformed keys are refused")
    func malformed() throws {
        let numbers = DEREncoder.bitString(
            DEREncoder.sequence(DEREncoder.positiveInteger([5]), DEREncoder.positiveInteger([3])))
        let table: [[UInt8]] = [
            ec(.p256, [4] + [UInt8](repeating: 1, count: 63)), ec(.p256, [5] + [UInt8](repeating: 1, count: 64)),
            ec(.p384, []),
            ec(.p256, [0]),
            DEREncoder.sequence(
                DEREncoder.sequence(DEREncoder.objectIdentifier(.ecPublicKey)), DEREncoder.bitString([4])),
            DEREncoder.sequence(
                DEREncoder.sequence(
                    DEREncoder.objectIdentifier(.ecPublicKey), DEREncoder.sequence(DEREncoder.integer(1))),
                DEREncoder.bitString([4])),
            DEREncoder.sequence(
                DEREncoder.sequence(DEREncoder.objectIdentifier(.rsaEncryption), DEREncoder.integer(1)), numbers),
            DEREncoder.sequence(
                DEREncoder.sequence(DEREncoder.objectIdentifier(.rsaEncryption), DEREncoder.null),
                DEREncoder.bitString(DEREncoder.sequence(DEREncoder.element(2, [0x80]), DEREncoder.integer(3)))),
            DEREncoder.sequence(
                DEREncoder.sequence(DEREncoder.objectIdentifier(.rsaEncryption), DEREncoder.null),
                DEREncoder.bitString(DEREncoder.sequence(DEREncoder.element(2, [0, 1]), DEREncoder.integer(3)))),
            DEREncoder.sequence(
                DEREncoder.sequence(DEREncoder.objectIdentifier(.ed25519)), DEREncoder.bitString([1, 2])),
        ]
        for der in table { #expect(try failure { _ = try PublicKeyInfo(der: der) }.code == .badInput) }
    }

    @Test(
        "odd RSASSA-PSS parameters are refused",
        arguments: [
            // Trailer field 2; a salt of 65536 bytes; a negative salt; MGF1 replaced; MD5 as hash; fields out of order; NULL.
            "3005a303020102", "3007a2050203010000", "3005a2030201ff", "3010a10e300c06082a864886f70d01010130 00",
            "3010a00e300c06082a864886f70d02050500", "300aa203020120a103020101", "0500",
        ])
    func oddPSS(hex: String) throws {
        let parameters = try #require(Hex.decode(hex.filter { $0 != " " }))
        let identifier = DEREncoder.sequence(DEREncoder.objectIdentifier(.rsassaPSS), parameters)
        let error = try failure {
            _ = try SignatureIdentifier(node: DERReader.parse(identifier[...], what: "algorithm"), what: "algorithm")
        }
        #expect(error.code == .badInput)
    }

    @Test("RSASSA-PSS parameters that are left out have RFC 4055's defaults")
    func defaultPSS() throws {
        let identifier = DEREncoder.sequence(DEREncoder.objectIdentifier(.rsassaPSS), DEREncoder.sequence())
        let reading = try SignatureIdentifier(
            node: DERReader.parse(identifier[...], what: "algorithm"), what: "algorithm")
        #expect(reading.pss == PSSParameters(hash: .sha1, maskHash: .sha1, saltLength: 20) && reading.isWeak)
        #expect(reading.pss?.trailerField == 1 && reading.pss?.der == [0x30, 0x00])
        let bare = DEREncoder.sequence(DEREncoder.objectIdentifier(.rsassaPSS))
        #expect(
            try failure { _ = try SignatureIdentifier(node: DERReader.parse(bare[...], what: "a"), what: "a") }.code
                == .badInput)
    }
}

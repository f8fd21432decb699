import Basics
import RotationModel
import RotationTesting
import Testing

@testable import PKI

@Suite("Weak keys")
struct WeakKeyTests {
    private static let f4: [UInt8] = [1, 0, 1]

    private func weakness(
        _ modulus: [UInt8], exponent: [UInt8] = f4, list: WeakKeyList = WeakKeyList()
    ) -> String? {
        let material = KeyMaterial.rsa(modulus: modulus[...], exponent: exponent[...], .any)
        let bits = KeyMaterial.bitLength(modulus[...])
        return KeyWeakness.find(
            in: KeyReading(.rsa(bits: bits), material, .rsa(modulus: modulus[...])), list: list)
    }

    private func goodModulus() throws -> [UInt8] {
        guard case .rsa(let modulus, _, _) = try SharedKeys.key(.rsa(bits: 2048)).publicKey.material else { return [] }
        return Array(modulus)
    }

    // MARK: Exponents and sizes

    @Test(
        "an RSA exponent below 65537 is weak, by its value",
        arguments: [([3], "3"), ([17], "17"), ([0xFF, 0xFF], "65535")] as [([UInt8], String)])
    func smallExponent(exponent: [UInt8], value: String) throws {
        let found = try weakness(goodModulus(), exponent: exponent)
        #expect(found == "the RSA exponent \(value) is smaller than 65537 (FIPS 186-5)")
    }

    @Test(
        "an RSA exponent from 65537 to 256 bits is fine",
        arguments: [[1, 0, 1], [1, 0, 0, 1], [UInt8](repeating: 0xFF, count: 32)])
    func goodExponent(exponent: [UInt8]) throws {
        #expect(try weakness(goodModulus(), exponent: exponent) == nil)
    }

    @Test("a modulus longer than OpenSSL computes with is named so, and not looked at further")
    func longModulus() {
        let longest = [0x80] + [UInt8](repeating: 0, count: 2046) + [0x03]
        #expect(weakness(longest)?.contains("divisible") == true)
        let found = weakness([0x01] + longest)
        #expect(found == "RSA-16385 is longer than 16384 bits, the most that OpenSSL computes with")
    }

    // MARK: ROCA

    /// Products of two primes k * M + (65537^a mod M), with M the product of the first 126 primes, as the flawed library chose them.
    private static let flawed = [
        "b0869a40bc1316729f06d950a988832c561fa342c20c0255215f96bf4e59c2809b498419d70154465247a99e45ae4e5fc4c4"
            + "ea26c62531b41a76f8fbdf684e295e76ed5866986e68e0d873b60d08e1427f280e3204e0f7c2ee17e9f45b749d732bd7ba5d"
            + "3dae8fafc2bf0d1c5cae9619aaec4ad195bf561921c7994646b6bddc7995d32cab45eb2d05bb768884b60173db47ffac0949"
            + "6e8947ad3483d0ba40d74076940c1226a79caa34982c800f55b21686d388f688bc2e87a7945ba140e2f56976674a553d20a1"
            + "8b3298f64bda066321a92e316e399f4fd3fa277024dc479c848873286db37bda55314d478caefa326193e4d555ec68b59ac0"
            + "d99f7b8bf383",
        "ba5f734bb5944c6ed48f1bddd50df71e05998c5a86ff268e69e294dce56b57733bae09ad1d91c778204ae83ff8a9156aaa28"
            + "02180abee01c936274bb29681c8f31498700b66014682663c23edba21fb076516b1306c6a113dcf6e95cf7aa70674229671a"
            + "6763fc61395f9cdc1745a2879c61b3255121c5c08534f5aaae649aa9b538d586f3135723c852adea82fcfffc596d2907c5a1"
            + "a20b8703c02f46bc6eb6834eafca2bd3cde0e6ca8d92319138fdb3f4c29bbb5ed45826d7eb1fc5088f3b578f9a12142493f1"
            + "ee2e32a5fb8b405e00bce4863ebee239fb43f5987b3f86102266933607079aaf520757cae9f083bf93bc9edc9a1189da5aa8"
            + "8ca7d2ea050de82428c70cfd82252bb04691315b2ec6c77312a3edc9f4b6f72aec385dc3b2b412b8294fa2c930e3783b34fa"
            + "e9fb280d48d33b6a670bb2770def43a3eeff1d41194cbec0cd4e344c99c6d6fb82cd1c2b047d1425c0da2534a5b12b8358e2"
            + "8c33be674311d32a5e23730b1e96a5c5fbffc94981607f984e423488f80f8d9728ef",
    ]

    /// Each remainder by itself is a power of 65537, but no one power fits all.
    private static let lookalike =
        "8000000000000000000000000000000000000000000000000000000000000000000000000000000000145cde7e7f07ca8e2b"
        + "ce371708b115ce533d5b9fe06057f2f654228cf18b4a76560ba2863c98d09d83aa7ca5c9c4f1bf87db29ac91a2c5fe9203cc"
        + "3bcddce1e7931ee06b593c2b8eafe95da5d5b4f3a58ea9de8c59fbeaf978d276a5329cb5def6b2ef6f3583219844a7680bda"
        + "7c77a2fd8ac204f4c90df7612ff1062a56e2aaf88939e2e685513e9fa9064ff2d1f4bc73aa742e0dd66920243334023ff84f"
        + "f0f27cd1e5dc17e7fe33c82b1b3636a738f8235605dcb9df3f144c0e1f26354e07003760093de4e8c272b23c93fe311e64d2"
        + "bed7fcf8a6eb"

    @Test("a modulus with the mark of CVE-2017-15361 is found", arguments: flawed)
    func roca(hex: String) throws {
        let modulus = try #require(Hex.decode(hex))
        #expect(weakness(modulus) == "it was made by a chip with the ROCA flaw (CVE-2017-15361)")
        let numbers = DEREncoder.sequence(
            DEREncoder.positiveInteger(modulus), DEREncoder.positiveInteger(WeakKeyTests.f4))
        let key = try PublicKeyInfo(
            der: DEREncoder.sequence(
                DEREncoder.sequence(DEREncoder.objectIdentifier(.rsaEncryption), DEREncoder.null),
                DEREncoder.bitString(numbers)))
        #expect(key.weakness?.contains("CVE-2017-15361") == true)
    }

    @Test("a modulus that only looks like one, prime by prime, is not")
    func lookalike() throws {
        #expect(weakness(try #require(Hex.decode(WeakKeyTests.lookalike))) == nil)
    }

    @Test("of thousands of good moduli none is called flawed")
    func noFalseAlarm() throws {
        var generator = SeededGenerator(seed: 15_361)
        var looked = 0
        for _ in 0..<20_000 {
            // A modulus without small divisors is to these checks what a product of two primes is.
            var modulus = (0..<32).flatMap { _ in withUnsafeBytes(of: generator.next() as UInt64) { Array($0) } }
            modulus[0] |= 0x80
            modulus[255] |= 1
            let remainders = SmallPrimeRemainders(of: modulus[...])
            if remainders.divisor != nil { continue }
            looked += 1
            #expect(!ROCAFingerprint.matches(remainders))
        }
        #expect(looked > 3000)
        #expect(try weakness(goodModulus()) == nil)
    }

    @Test("the remainders by small primes are right, for even and odd numbers of bytes", arguments: [1, 2, 255, 256])
    func remainders(size: Int) {
        var generator = SeededGenerator(seed: UInt64(size))
        let number = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let found = SmallPrimeRemainders(of: number[...]).remainders
        #expect(SmallPrimeRemainders.primes.count == 53 && found.count == 53)
        for (prime, remainder) in zip(SmallPrimeRemainders.primes, found) {
            #expect(remainder == number.reduce(0) { ($0 << 8 | UInt64($1)) % prime })
        }
    }

    // MARK: Debian's list

    /// The last 20 digits of the SHA-1 over what OpenSSL prints of a key's modulus.
    private func fingerprint(_ key: PrivateKey, in folder: TemporaryFolder) throws -> String {
        let printed = try openssl(["rsa", "-noout", "-modulus"], in: folder, input: key.pem()).output
        let digest = try openssl(["dgst", "-sha1", "-r"], in: folder, input: printed).text
        return String(digest.prefix(40).suffix(20))
    }

    @Test("a key of an installed list is found, another is not")
    func debian() throws {
        let folder = try TemporaryFolder()
        let (listed, other) = (try SharedKeys.key(.rsa(bits: 2048)), try PrivateKey.generate(.rsa(bits: 2048)))
        let short = try PrivateKey.generate(.rsa(bits: 1024))
        try folder.write(
            "lists/blacklist.RSA-2048",
            "# A comment\n#\nffffffffffffffffffff\n\(try fingerprint(listed, in: folder))\n00000000000000000000\n")
        try folder.write("lists/blacklist.RSA-1024", try fingerprint(short, in: folder).uppercased() + "\n")
        try folder.write("lists/README", "not a list\n")
        let list = try WeakKeyList.load(folder: folder["lists"])
        #expect(list.count == 4)
        for (key, isListed) in [(listed, true), (other, false), (short, true)] {
            guard case .rsa(let modulus, _, _) = key.publicKey.material else { continue }
            #expect(try list.contains(modulus: modulus) == isListed)
        }
        #expect(
            try weakness(goodModulus(), list: list)
                == "it is one of the predictable keys of CVE-2008-0166 (Debian's list)")
        #expect(try weakness(goodModulus(), list: WeakKeyList()) == nil)
    }

    @Test("a folder that is missing or has no list gives an empty list")
    func noList() throws {
        let folder = try TemporaryFolder()
        #expect(try WeakKeyList.load(folder: folder["missing"]).count == 0)
        #expect(try WeakKeyList.load(folder: folder.path).count == 0)
    }

    @Test(
        "a line that is no fingerprint is refused by file and line",
        arguments: ["fffffffffffffffffff", "fffffffffffffffffffff", "gggggggggggggggggggg", " ffffffffffffffffffff"])
    func badLine(line: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("blacklist.RSA-4096", "# x\n\(line)\n")
        let error = try failure { _ = try WeakKeyList.load(folder: folder.path) }
        #expect(error.code == .badInput && error.place == "\(path):2")
    }

    @Test("a list that cannot be read is an error")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        try folder.write("blacklist.RSA-2048/inside", "x")
        #expect(try failure { _ = try WeakKeyList.load(folder: folder.path) }.code == .io)
        try folder.write("file", "x")
        #expect(try failure { _ = try WeakKeyList.load(folder: folder["file"]) }.code == .io)
    }
}

import RotationModel
import Testing

@Suite("Names of the registry")
struct NameTests {
    @Test(
        "Any characters but control characters make a device id",
        arguments: ["a", "../../etc/passwd", "a/b", ".hidden", "日本", "a b\"c,d", String(repeating: "x", count: 128)])
    func accepts(text: String) throws {
        #expect(try DeviceID(text).text == text)
    }

    @Test(
        "Empty, long and control characters are refused with a reason",
        arguments: [
            ("", "empty"), (String(repeating: "x", count: 129), "129 bytes"),
            (String(repeating: "日", count: 43), "129 bytes"),
            ("a\nb", "U+A"), ("a\u{7F}", "U+7F"), ("a\u{85}", "U+85"), ("\0", "U+0"),
        ])
    func refuses(text: String, reason: String) {
        #expect { try DeviceID(text) } throws: { error in
            (error as? RotationError)?.code == .badInput && "\(error)".contains(reason)
        }
    }

    @Test("A composed and a decomposed letter make two devices")
    func byteEquality() throws {
        let (composed, decomposed) = (try DeviceID("\u{E9}"), try DeviceID("e\u{301}"))
        #expect(composed.text == decomposed.text)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(try AccountID("\u{E9}") != AccountID("e\u{301}"))
    }

    @Test("Device ids sort by bytes")
    func order() throws {
        let sorted = try ["b", "a", "Z", "é", "aa"].map { try DeviceID($0) }.sorted().map(\.text)
        #expect(sorted == ["Z", "a", "aa", "b", "é"])
    }
}

@Suite("Keys and signatures by name")
struct AlgorithmNameTests {
    @Test(
        "A key's name is read back as it was written",
        arguments: [
            KeyAlgorithm.rsa(bits: 2048), .ecdsaP256, .ecdsaP384, .ecdsaP521, .dsa(bits: 2048), .ed25519,
            .other("1.2.3"),
        ])
    func roundTrip(key: KeyAlgorithm) {
        #expect(KeyAlgorithm(key.description) == key)
    }

    @Test("A plus takes longer RSA keys, and only those")
    func orLonger() throws {
        let requirement = try #require(KeyRequirement("rsa-2048+"))
        #expect(requirement.isMet(by: .rsa(bits: 2048)))
        #expect(requirement.isMet(by: .rsa(bits: 4096)))
        #expect(!requirement.isMet(by: .rsa(bits: 2047)))
        #expect(!requirement.isMet(by: .ecdsaP256))
        #expect(try !#require(KeyRequirement("rsa-2048")).isMet(by: .rsa(bits: 3072)))
        #expect(requirement.description == "rsa-2048+")
    }

    @Test(
        "A device's key is RSA of at least 2048 bits or one of three curves",
        arguments: ["rsa-1024", "rsa-1024+", "ecdsa-p256+", "ed25519", "dsa-2048", "p256", "", "+", "rsa-9000"])
    func refuses(text: String) {
        #expect(KeyRequirement(text) == nil)
    }

    @Test("The registry's eight signature algorithms are known by its names")
    func signatures() {
        #expect(SignatureAlgorithm.registered.count == 8)
        for algorithm in SignatureAlgorithm.registered {
            #expect(SignatureAlgorithm(registryName: algorithm.description) == algorithm)
        }
        #expect(SignatureAlgorithm(registryName: "SHA1WITHRSA") == nil)
        #expect(SignatureAlgorithm(stored: "SHA1WITHRSA") == .other("SHA1WITHRSA"))
    }
}

@Suite("Bytes")
struct ByteTests {
    @Test("A digest is 32 bytes, in and out")
    func digest() throws {
        let bytes = (0..<32).map { UInt8($0) }
        let digest = try #require(SHA256Digest(bytes))
        #expect(digest.bytes == bytes)
        #expect(digest.firstWord == 0x0001_0203_0405_0607)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        #expect(SHA256Digest(bytes.dropLast()) == nil)
        #expect(SHA256Digest(hex: "00") == nil)
    }

    @Test("Serial numbers are positive, of the length asked for, and all different")
    func serials() {
        var generator = SystemRandomNumberGenerator()
        for size in 16...20 {
            let serials = (0..<200).map { _ in SerialNumber.random(size: size, using: &generator) }
            #expect(serials.allSatisfy { $0.bytes.count == size && (0x40...0x7F).contains($0.bytes[0]) })
            #expect(Set(serials).count == 200)
        }
    }
}

@Suite("Serial numbers as programs print them")
struct SerialNumberTextTests {
    @Test(
        "What openssl and others print is read, negative numbers too",
        arguments: [
            ("4F2A11", "4f2a11"), ("serial=4F2A11", "4f2a11"), ("serial=00F39A", "00f39a"), ("0xF39A", "00f39a"),
            ("00:F3:9A", "00f39a"), (" 4f2a11 ", "4f2a11"), ("0000004F", "4f"), ("1", "01"), ("00", "00"),
            ("-01", "ff"), ("-1", "ff"), ("serial=-01", "ff"), ("-0x80", "80"), ("-80", "80"), ("-81", "ff7f"),
            ("-0100", "ff00"),
            ("-F39A", "ff0c66"), ("(Negative)01:00", "ff00"), ("-00", "00"), ("1234 (0x4d2)", "04d2"),
        ])
    func read(text: String, octets: String) {
        #expect(SerialNumber(hex: text)?.hex == octets)
    }

    @Test(
        "Anything else is none", arguments: ["", "-", "0x", "xyz", "--1", "4F:2", "serial=", "1 2", "-0x", "12 (0xzz)"])
    func refused(text: String) { #expect(SerialNumber(hex: text) == nil) }
}

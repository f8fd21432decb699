import Basics
import Testing

@Suite("Base64")
struct Base64Tests {
    @Test(
        "Base64 is RFC 4648's",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        let bare = encoded.filter { $0 != "=" }
        #expect(Base64URL.encode(Array(plain.utf8)) == bare)
        #expect(Base64URL.decode(bare) == Array(plain.utf8))
    }

    @Test("every byte comes back from both alphabets")
    func allBytes() {
        let bytes = (0..<768).map { UInt8(truncatingIfNeeded: $0) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
    }

    @Test(
        "base64 that is not exact is refused",
        arguments: ["Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z", "Zg==Zg==", "Zm9v*"])
    func badBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(
        "base64url has one text for a value: no padding, white space or spare bits",
        arguments: ["Zg==", "Zh", "Zm9v\n", " Zm9v", "Zm9", "Z", "+/8", "Zm9vYg="])
    func badBase64URL(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}

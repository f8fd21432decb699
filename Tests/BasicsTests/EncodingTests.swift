import Basics
import Testing

@Suite("Bytes as text")
struct EncodingTests {
    @Test("Hexadecimal is written in lower case and read in either", arguments: [[], [0x00], [0x09, 0xAF, 0xFF]])
    func hex(bytes: [UInt8]) {
        let text = Hex.encode(bytes)
        #expect(text == text.lowercased() && text.utf8.count == 2 * bytes.count)
        #expect(Hex.decode(text) == bytes && Hex.decode(text.uppercased()) == bytes)
        // A collection that does not lie in one piece.
        #expect(Hex.encode(bytes.reversed()) == Hex.encode(Array(bytes.reversed())))
    }

    @Test("What is no pair of digits is no hexadecimal", arguments: ["0", "0g", "0x00", " 00", "é", "00 00"])
    func notHex(text: String) { #expect(Hex.decode(text) == nil) }

    @Test("All but unreserved characters are percent-encoded, in upper case, and come back")
    func percent() {
        let plain = "AZaz09-._~"
        #expect(PercentEncoding.encode(plain) == plain)
        #expect(PercentEncoding.encode("a b/é%") == "a%20b%2F%C3%A9%25")
        #expect(PercentEncoding.encode("a~b", keeping: { $0 == UInt8(ascii: "a") }) == "a%7E%62")
        #expect(PercentEncoding.everyByte([0x61, 0x0F]) == "%61%0F")
        let bytes = (0...255).map { UInt8($0) }
        #expect(PercentEncoding.decode(PercentEncoding.everyByte(bytes)) == bytes)
        #expect(PercentEncoding.decode("%c3%A9 é") == Array("é é".utf8))
    }

    @Test("A percent sign without two digits is refused", arguments: ["%", "a%", "%4", "%4g", "%%41", "%é"])
    func notPercent(text: String) { #expect(PercentEncoding.decode(text) == nil) }
}

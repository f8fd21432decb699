import Basics
import Testing

@Suite("Text that people read")
struct PrintableTests {
    @Test(
        "Whatever is invisible or turns the direction is spelled out, one of each kind",
        arguments: [
            0x00, 0x07, 0x0D, 0x1B, 0x7F, 0x85, 0x9B, 0xAD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x180B, 0x180E,
            0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2064, 0x2066, 0x2069,
            0x206F, 0x2800, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFB, 0x1BCA0, 0x1D173, 0xE0001, 0xE0041,
            0xE007F, 0xE0100, 0xE01EF,
        ] as [UInt32])
    func spelledOut(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        let expected = "a\\u{\(String(value, radix: 16, uppercase: true))}b"
        #expect(Printable.text("a\(scalar)b") == expected)
        #expect(Printable.report("a\(scalar)b") == expected)
        #expect(Printable.width("a\(scalar)b") == expected.count)
    }

    @Test(
        "What can be seen stays, in every script",
        arguments: [
            "sensor-7", "日本", "e\u{301}", "עברית", "العربية \u{0600}1", "ภาษาไทย", "a\u{A0}b", "🛰", "🛰\u{FE0F}",
            "{=+-@}", "ｱﾞ",
        ])
    func stays(text: String) { #expect(Printable.text(text) == text) }

    @Test("A report keeps its line ends and colours, and nothing else that drives a terminal")
    func report() {
        #expect(Printable.report("\u{1B}[1mDone\u{1B}[0m\n\tx\n") == "\u{1B}[1mDone\u{1B}[0m\n x\n")
        #expect(
            Printable.report("\u{1B}[2J\u{1B}]0;x\u{7}\u{1B}[8m\u{1B}[38;5;1mx\r\n")
                == "\\u{1B}[2J\\u{1B}]0;x\\u{7}\\u{1B}[8m\\u{1B}[38;5;1mx\\u{D}\n")
    }

    @Test("What is spelled out within a character takes its own columns, and what follows it too")
    func width() {
        // One character to Swift: two people joined.
        #expect(Printable.width("👩\u{200D}👩") == 2 + "\\u{200D}".count + 2)
        #expect(Printable.width("e\u{301}") == 1)
        #expect(Printable.width("日\t本") == 5)
        #expect(Printable.width("🛰\u{FE0F}") == 2)
        #expect(Printable.width("1\u{FE0F}") == 1 + "\\u{FE0F}".count)
    }
}

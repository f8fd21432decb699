import Basics
import Testing

@Suite("Small JSON objects of strangers")
struct FlatJSONTests {
    private func read(_ text: String) throws -> FlatJSON { try FlatJSON(reading: Array(text.utf8)) }

    @Test("a confirmation's members are read")
    func confirmation() throws {
        let json = try read(
            #" {"device": "sensor-eu-000001", "sequence": 3, "fingerprint":"ab","time":"2026-12-01T00:00:00Z"} "#
                + "\r\n\t")
        #expect(json.string("device") == "sensor-eu-000001" && json.integer("sequence") == 3)
        #expect(json.string("time") == "2026-12-01T00:00:00Z" && json.contains("fingerprint"))
        #expect(!json.contains("other") && json.string("other") == nil && json.integer("other") == nil)
    }

    @Test("a member of another kind is neither string nor integer, yet there")
    func kinds() throws {
        let json = try read(
            #"{"a":"1","b":1.0,"c":1e2,"d":true,"e":null,"f":[1,"x",{"y":[]}],"g":{"a":1},"h":99999999999999999999,"i":-0.5E-3}"#
        )
        for name in ["b", "c", "d", "e", "f", "g", "h", "i"] {
            #expect(json.contains(name) && json.string(name) == nil && json.integer(name) == nil, "\(name)")
        }
        #expect(json.integer("a") == nil && json.string("a") == "1")
    }

    @Test(
        "integers are read to the ends of 64 bits",
        arguments: [
            ("0", 0), ("-0", 0), ("-1", -1), ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
        ])
    func integers(text: String, value: Int) throws {
        #expect(try read(#"{"n":\#(text)}"#).integer("n") == value)
    }

    @Test(
        "strings are read with their escapes",
        arguments: [
            (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t"), (#"\u00e9é"#, "éé"), (#"\ud83d\ude00"#, "😀"),
            (#"\uD83D\uDE00😀"#, "😀😀"), (#"\u0000"#, "\0"), ("", ""), (#"\u0022\u005C"#, "\"\\"),
        ])
    func strings(text: String, value: String) throws {
        #expect(try read(#"{"s":"\#(text)"}"#).string("s") == value)
    }

    @Test(
        "what is not one object of JSON, each member once, is refused",
        arguments: [
            ("", "no object"), ("[]", "no object"), ("\"a\"", "no object"), ("\u{FEFF}{}", "no object"),
            ("{}{}", "after its object"), ("{} x", "after its object"), (#"{"a":1,}"#, "name"), (#"{"a" 1}"#, "colon"),
            (#"{"a":1 "b":2}"#, "comma"), (#"{"a":}"#, "value"), (#"{a:1}"#, "name"), (#"{'a':1}"#, "name"),
            (#"{"a":01}"#, "comma"), (#"{"a":1.}"#, "number"), (#"{"a":.5}"#, "value"), (#"{"a":-}"#, "number"),
            (#"{"a":1e}"#, "number"), (#"{"a":+1}"#, "value"), (#"{"a":NaN}"#, "value"), (#"{"a":tru}"#, "word"),
            (#"{"a":[1,]}"#, "value"), (#"{"a":[1 2]}"#, "comma"), (#"{"a":"x}"#, "without an end"),
            (#"{"a":"\x"}"#, "escape"), (#"{"a":"\u12g4"}"#, "escape"), (#"{"a":"\ud83d"}"#, "surrogate"),
            (#"{"a":"\ude00"}"#, "surrogate"), (#"{"a":"\ud83d\u0041"}"#, "surrogate"), ("{\"a\":\"\n\"}", "control"),
            (#"{"a":1"#, "comma"), (#"{"#, "name"), (#"{"a":1,"a":1}"#, "twice"), (#"{"a":1,"\u0061":2}"#, "twice"),
            (#"{"x":{"a":1,"a":2}}"#, "twice"), (#"{"x":[{"a":1,"a":2}]}"#, "twice"), (#"{"a":/**/1}"#, "value"),
        ])
    func malformed(text: String, part: String) throws {
        let error = try failure { _ = try read(text) }
        #expect(error.summary.contains(part), "\(error.summary)")
    }

    @Test(
        "what is wrong is told with the byte that is, counted from 1",
        arguments: [
            ("[]", "the JSON is no object (byte 1)"), (" ", "the JSON is no object (byte 2)"),
            ("{} x", "the JSON has something after its object (byte 4)"),
            (#"{"a":tru}"#, "the JSON has an unknown word (byte 6)"),
            (#"{"a":-}"#, "the JSON has a malformed number (byte 7)"),
            (#"{"a":"x}"#, "the JSON has a string without an end (byte 9)"),
            (#"{"a":"\x"}"#, "the JSON has an unknown escape in a string (byte 8)"),
            ("{\"a\":\"\n\"}", "the JSON has a control character in a string (byte 7)"),
            (#"{"a":"\u12g4"}"#, "the JSON has an incomplete \\u escape (byte 11)"),
            (#"{"a\u001b":1,"a\u001b":2}"#, #"the JSON has the member "a\u{1B}" twice (byte 23)"#),
            (#"{"a":1 "b":2}"#, "the JSON lacks a comma or the object's end (byte 8)"),
            (#"{"a":[1 2]}"#, "the JSON lacks a comma or the array's end (byte 9)"),
            ("{a:1}", "the JSON lacks a member's name (byte 2)"),
        ])
    func summary(text: String, summary: String) throws {
        #expect(try failure { _ = try read(text) }.summary == summary)
    }

    @Test(
        "bytes that are no UTF-8 are refused", arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]])
    func notUTF8(bytes: [UInt8]) throws {
        let text = Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8)
        #expect(try failure { _ = try FlatJSON(reading: text) }.summary.contains("UTF-8"))
    }

    @Test("names are compared by their bytes, not by their looks")
    func names() throws {
        // A Kelvin sign is equal to a K as a Swift string.
        let json = try read(#"{"\u212a":"sign","K":"letter"}"#)
        #expect(json.string("K") == "letter" && json.string("\u{212A}") == "sign")
    }

    @Test("depth and size are bounded")
    func bounds() throws {
        func nested(_ depth: Int) -> String {
            #"{"a":"# + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
        }
        _ = try read(nested(8))
        #expect(try failure { _ = try read(nested(9)) }.summary.contains("deep"))
        let objects = String(repeating: #"{"a":"#, count: 9) + "1" + String(repeating: "}", count: 9)
        #expect(try failure { _ = try read(objects) }.summary.contains("deep"))
        let long = #"{"a":""# + String(repeating: "x", count: 4096 - 8) + #""}"#
        #expect(try read(long).string("a")?.count == 4088)
        #expect(try failure { _ = try read(long + " ") }.summary.contains("4097 bytes"))
        #expect(try FlatJSON(reading: Array((long + " ").utf8), largest: 4097).contains("a"))
    }
}

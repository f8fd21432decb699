import Basics
import Testing

@Suite("JSON as it is written")
struct JSONWriterTests {
    @Test("JSON keeps its order and escapes what it must")
    func json() {
        var json = JSONWriter()
        json.object { json in
            json.member("b", "q\"u\\o\nt\u{1}\u{7F}e 日本 /")
            json.member("a", 1)
            json.key("list")
            json.array { json in
                json.value(true)
                json.null()
                json.object { _ in }
            }
        }
        #expect(json.text == #"{"b":"q\"u\\o\nt\u0001\u007fe 日本 /","a":1,"list":[true,null,{}]}"#)
    }

    @Test("Every character below U+0100 is read back as it was written")
    func roundTrip() throws {
        let text = String(String.UnicodeScalarView((0..<0x100).compactMap { Unicode.Scalar($0) }))
        var json = JSONWriter()
        json.object { json in json.member(text, text) }
        guard case .object(let members) = try JSONValue(reading: json.bytes), case .string(let read)? = members[text]
        else { return #expect(Bool(false), "no member of that name") }
        #expect(read.utf8.elementsEqual(text.utf8))
    }
}

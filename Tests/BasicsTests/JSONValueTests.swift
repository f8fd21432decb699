import Basics
import Testing

@Suite("JSON as a value")
struct JSONValueTests {
    private func read(_ text: String, limits: JSONLimits = .documents) throws -> JSONValue {
        try JSONValue(reading: Array(text.utf8), limits: limits)
    }

    private func members(_ text: String) throws -> [(name: String, value: JSONValue)] {
        guard case .object(let members) = try read(text) else { return [] }
        return members
    }

    @Test("Members keep their order, and values their kind")
    func kinds() throws {
        let members = try members(#" {"b":"x","a":[1,{}],"c":null,"e":true,"d":-0.5e+3,"f":{}} "#)
        #expect(members.map(\.name) == ["b", "a", "c", "e", "d", "f"])
        #expect(
            members.map(\.value.kind) == ["a string", "an array", "null", "true or false", "a number", "an object"])
        guard case .string("x")? = members["b"], case .bool(true)? = members["e"], case .array(let list)? = members["a"]
        else { return #expect(Bool(false), "a member has another value") }
        #expect(list.count == 2)
        #expect(members["g"] == nil)
    }

    @Test(
        "What is wrong is told with the byte that is, counted from 1",
        arguments: [
            ("", "the JSON ends in the middle (byte 1)"), (" \n", "the JSON ends in the middle (byte 3)"),
            ("{", "the JSON ends in the middle (byte 2)"), ("[1", "the JSON ends in the middle (byte 3)"),
            (#"{"a""#, "the JSON ends in the middle (byte 5)"), (#""a"#, "the JSON ends in the middle (byte 3)"),
            (#""\"#, "the JSON ends in the middle (byte 3)"), (#""\u00"#, "the JSON ends in the middle (byte 6)"),
            ("tru", "the JSON ends in the middle (byte 4)"), ("-", "the JSON ends in the middle (byte 2)"),
            ("{} x", "“x” after the JSON value (byte 4)"), ("01", "“1” after the JSON value (byte 2)"),
            ("}", "“}” where a value should be (byte 1)"), ("[1,]", "“]” where a value should be (byte 4)"),
            ("\u{FEFF}{}", "byte 0xef where a value should be (byte 1)"),
            ("trua", "“a” where a value should be (byte 4)"), ("NaN", "“N” where a value should be (byte 1)"),
            ("{a:1}", "“a” where a member's name should be (byte 2)"),
            (#"{"a":1,}"#, "“}” where a member's name should be (byte 8)"),
            (#"{"a" 1}"#, "“1” where a colon should be (byte 6)"),
            (#"{"a":1 "b""#, "“\"” where a comma or a closing brace should be (byte 8)"),
            ("[1 2]", "“2” where a comma or a closing bracket should be (byte 4)"),
            ("\"a\nb\"", "byte 0x0a in a string, where it must be escaped (byte 3)"),
            (#""\x""#, "“x” after a backslash (byte 3)"),
            (#""\u12g4""#, "“g” where a hexadecimal digit should be (byte 6)"),
            ("1.x", "“x” where a digit should be (byte 3)"), ("1e+", "the JSON ends in the middle (byte 4)"),
            (#"{"a":1,"a":2}"#, "the member “a” stands twice (byte 11)"),
            (#"[{"a":1,"\u0061":2}]"#, "the member “a” stands twice (byte 17)"),
        ])
    func malformed(text: String, message: String) throws {
        #expect(try failure { _ = try read(text) }.message == message)
    }

    @Test(
        "Numbers are kept as they are written",
        arguments: ["0", "-0", "12", "1.50", "1E+5", "2e-07", "123456789012345678901234567890", "-0.0e0"])
    func numbers(text: String) throws {
        guard case .number(let read) = try read(text) else { return #expect(Bool(false), "no number") }
        #expect(read == text)
    }

    @Test(
        "What only looks like a number is none",
        arguments: ["00", "+1", ".5", "1.", "1.e1", "1e", "--1", "0x10", "1_000", "Infinity", "-"])
    func notNumbers(text: String) {
        #expect(throws: JSONError.self) { try read(text) }
    }

    @Test(
        "Half of a surrogate pair is no character, wherever it stands",
        arguments: [#"\ud83d"#, #"\ude00"#, #"\ud83d\u0041"#, #"\ud83d\ud83d"#, #"\ud83dx"#, #"\ude00\ud83d"#])
    func surrogates(text: String) throws {
        #expect(try failure { _ = try read("\"\(text)\"") }.problem == .halfSurrogatePair)
        #expect(try failure { _ = try read("{\"\(text)\":1}") }.problem == .halfSurrogatePair)
    }

    @Test(
        "Bytes that are no UTF-8 are refused, in values and in names, with and without escapes beside them",
        arguments: [
            [0xFF], [0x80], [0xC0, 0x80], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) throws {
        for (before, after) in [("\"", "\""), (#""\n"#, "\""), (#"{"a"#, #"":1}"#)] {
            let text = Array(before.utf8) + bytes + Array(after.utf8)
            #expect(try failure { _ = try JSONValue(reading: text) }.problem == .notUTF8)
        }
    }

    @Test("Names that look the same and have other bytes are two members, each found by its own")
    func normalization() throws {
        let members = try members("{\"\u{E9}\":\"composed\",\"e\u{301}\":\"decomposed\"}")
        #expect(members.count == 2)
        guard case .string("composed")? = members["\u{E9}"], case .string("decomposed")? = members["e\u{301}"] else {
            return #expect(Bool(false), "a name finds the other member")
        }
        // Among many members the search goes another way.
        let many = (0..<100).map { "\"\($0)\":0," }.joined()
        #expect(try self.members("{\(many)\"\u{E9}\":1,\"e\u{301}\":2}").count == 102)
    }

    @Test("A member that stands twice is found among two hundred thousand", arguments: [0, 15, 16, 17, 199_999])
    func manyMembers(place: Int) throws {
        let all = (0..<200_000).map { "\"member-\($0)\":\($0)" }.joined(separator: ",")
        #expect(try members("{\(all)}").count == 200_000)
        let error = try failure { _ = try read("{\(all),\"member-\(place)\":0}") }
        #expect(error.problem == .repeatedMember("member-\(place)"))
    }

    @Test("Depth is bounded, of arrays and objects together, however deep it goes on")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: #"[{"a":"#, count: depth / 2) + "1" + String(repeating: "}]", count: depth / 2)
        }
        _ = try read(nested(32))
        #expect(try failure { _ = try read(nested(34)) }.message == "the JSON is nested deeper than 32 (byte 97)")
        let bottomless = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(try failure { _ = try JSONValue(reading: bottomless) }.problem == .tooDeep(limit: 32))
        _ = try read("[[]]", limits: JSONLimits(depth: 2, size: 4))
        #expect(
            try failure { _ = try read("[[]]", limits: JSONLimits(depth: 1, size: 4)) }.problem == .tooDeep(limit: 1))
    }

    @Test("Size is bounded, to the byte, before anything is read")
    func size() throws {
        _ = try read("[1]", limits: JSONLimits(depth: 1, size: 3))
        let error = try failure { _ = try read("}{,,", limits: JSONLimits(depth: 1, size: 3)) }
        #expect(error.message == "the JSON is 4 bytes long" && error.advice == "at most 3 are taken")
    }
}

import Basics
import RotationModel
import SwiftASN1
import Testing

@testable import PKI

@Suite("DER")
struct DERTests {
    @Test(
        "lengths are written in their shortest form",
        arguments: [
            (0, [0x00]), (127, [0x7F]), (128, [0x81, 0x80]), (255, [0x81, 0xFF]), (256, [0x82, 0x01, 0x00]),
            (65536, [0x83, 1, 0, 0]),
        ]
            as [(Int, [UInt8])])
    func lengths(length: Int, octets: [UInt8]) {
        let element = DEREncoder.element(0x04, [UInt8](repeating: 7, count: length))
        #expect(element.dropFirst().starts(with: octets))
        #expect(element.count == DERWriter.size(ofContent: length))
    }

    @Test(
        "object identifiers are X.690's, both ways",
        arguments: [
            ("1.2.840.113549.1.1.11", "2a864886f70d01010b"), ("2.5.4.3", "550403"), ("2.999.3", "883703"),
            ("0.9.2342.19200300.100.1.25", "0992268993f22c640119"),
        ])
    func objectIdentifiers(dotted: String, hex: String) throws {
        let content = try #require(Hex.decode(hex))
        #expect(ObjectIdentifier(dotted: dotted)?.content == content)
        #expect(ObjectIdentifier.dotted(content[...]) == dotted)
        #expect(ObjectIdentifier.isValid(content[...]))
    }

    @Test(
        "malformed object identifiers are refused",
        arguments: [
            [], [0x80, 0x01], [0x55, 0x80], [0x2A, 0x80, 0x01], [0x2A] + [UInt8](repeating: 0xFF, count: 10) + [1],
        ] as [[UInt8]])
    func badObjectIdentifiers(content: [UInt8]) {
        #expect(!ObjectIdentifier.isValid(content[...]))
    }

    @Test(
        "dates are UTCTime through 2049 and GeneralizedTime outside, and come back",
        arguments: [
            ("1950-01-01T00:00:00Z", 0x17), ("2049-12-31T23:59:59Z", 0x17), ("2050-01-01T00:00:00Z", 0x18),
            ("1949-12-31T23:59:59Z", 0x18), ("9999-12-31T23:59:59Z", 0x18), ("2000-02-29T12:34:56Z", 0x17),
        ])
    func dates(text: String, tag: UInt8) throws {
        let time = try #require(Timestamp(rfc3339: text))
        var writer = DERWriter(reservingCapacity: 20)
        try DERTime.append(time, to: &writer)
        #expect(writer.bytes.first == tag && writer.bytes.count == DERTime.size(of: time))
        #expect(try DERTime.read(DER.parse(writer.bytes), "date") == time)
    }

    @Test(
        "a date that RFC 5280 does not know is refused and shown",
        arguments: [
            (0x17, "2612010000Z"), (0x17, "261201000000+0100"), (0x17, "261301000000Z"), (0x17, "260230000000Z"),
            (0x18, "20261201000000"), (0x18, "20261201000000.5Z"), (0x17, "26120100000xZ"), (0x17, "261201240000Z"),
            (0x17, ""),
        ] as [(UInt8, String)])
    func badDates(tag: UInt8, text: String) throws {
        let element = DEREncoder.element(tag, Array(text.utf8))
        let error = try failure { _ = try DERTime.read(DER.parse(element), "notAfter") }
        #expect(error.code == .badInput && error.message.contains("notAfter") && error.message.contains(text))
    }

    @Test(
        "integers with superfluous bytes are refused, of either sign",
        arguments: [[0x00, 0x01], [0xFF, 0x80], []] as [[UInt8]])
    func integers(content: [UInt8]) throws {
        let node = try DER.parse(DEREncoder.element(0x02, content))
        #expect(try failure { _ = try node.integer("number") }.code == .badInput)
    }

    @Test(
        "a malformed name shows as an error, not as a crash",
        arguments: ["3000ff", "3100", "30023100", "300431023000", "300b3109300706035504030c01"])
    func badNames(hex: String) throws {
        let der = try #require(Hex.decode(hex))
        #expect(try failure { _ = try DistinguishedName(der: der) }.code == .badInput)
    }
}

@Suite("Distinguished names")
struct DistinguishedNameTests {
    @Test(
        "a name's text is RFC 4514's, with its escapes",
        arguments: [
            ([(.commonName, "sensor-1"), (.organization, "Example Devices")], "CN=sensor-1,O=Example Devices"),
            ([(.commonName, "a,b+c\"d\\e<f>g;h")], "CN=a\\,b\\+c\\\"d\\\\e\\<f\\>g\\;h"),
            ([(.commonName, " x ")], "CN=\\ x\\ "), ([(.commonName, "#1#")], "CN=\\#1#"),
            ([(.commonName, "日本 #")], "CN=日本 #"),
            ([(.commonName, "a\0b")], "CN=a\\00b"),
            (
                [(.country, "DE"), (.domainComponent, "example"), (.serialNumber, "12")],
                "C=DE,DC=example,serialNumber=12"
            ),
        ] as [([(NameAttribute, String)], String)])
    func text(parts: [(NameAttribute, String)], text: String) {
        let name = DistinguishedName(parts.map { NameComponent($0.0, $0.1) })
        #expect(name.text == text)
    }

    @Test("the DER has the text's order reversed, and OpenSSL reads it")
    func order() throws {
        let name = DistinguishedName([
            NameComponent(.commonName, "d"), NameComponent(.organization, "o"), NameComponent(.country, "DE"),
        ])
        #expect(
            Hex.encode(name.der) == "3025310b3009060355040613024445310a3008060355040a0c016f310a300806035504030c0164")
        #expect(try DistinguishedName(der: name.der) == name)
        #expect(DistinguishedName([]).isEmpty && !name.isEmpty)
    }

    @Test("unknown attributes, several in one part, and old string types are shown")
    func oddParts() throws {
        func attribute(_ type: ObjectIdentifier, _ tag: UInt8, _ value: [UInt8]) -> [UInt8] {
            DEREncoder.sequence(DEREncoder.objectIdentifier(type), DEREncoder.element(tag, value))
        }
        let commonName = ObjectIdentifier(2, 5, 4, 3)
        let der = DEREncoder.sequence(
            DEREncoder.element(0x31, attribute(ObjectIdentifier(1, 2, 3), 0x0C, Array("x".utf8))),
            DEREncoder.element(0x31, attribute(commonName, 0x1E, [0x00, 0x41]) + attribute(commonName, 0x14, [0xE9])),
            DEREncoder.element(0x31, attribute(commonName, 0x02, [5])),
            DEREncoder.element(0x31, attribute(commonName, 0x0C, [0xFF])))
        #expect(try DistinguishedName(der: der).text == "CN=#0c01ff,CN=#020105,CN=A+CN=é,1.2.3=x")
    }
}

import Policy
import RotationModel
import Testing

@Suite("Names that a profile makes")
struct TemplateTests {
    private func issuance(_ key: String, _ line: String) throws -> IssuanceProfile {
        let loaded = load(policy(profile: profile(replacing: key, with: line)))
        return try #require(loaded.set?.profiles.first, "\(loaded.told)")
    }

    private func facts(_ device: String, labels: [String: String] = [:]) -> DeviceFacts {
        DeviceFacts(device: DeviceID(checked: device), account: AccountID(checked: "111122223333"), labels: labels)
    }

    @Test(
        "The subject is taken apart before the device is put in",
        arguments: [
            ("CN={device},O=Example Devices", "sensor-1", ["CN=sensor-1", "O=Example Devices"]),
            ("CN={device},O=Example", "x,O=Evil", ["CN=x,O=Evil", "O=Example"]),
            ("CN={device},O=Example", "x+UID=0\\", ["CN=x+UID=0\\", "O=Example"]),
            ("CN={device}", "{account}", ["CN={account}"]),
            ("cn = {account}-{label:lot} , o=Example\\, Inc. ", "d", ["CN=111122223333-77", "O=Example, Inc."]),
            ("CN={device},O=\\C3\\84rger\\20", "d", ["CN=d", "O=Ärger "]), ("CN=a\\\\b\\+c\\=d", "d", ["CN=a\\b+c=d"]),
            ("CN=\\7Bdevice\\7D", "d", ["CN={device}"]),
            ("serialNumber={device},C=DE,DC=example,UID=u", "日本", ["serialNumber=日本", "C=DE", "DC=example", "UID=u"]),
        ])
    func subjects(template: String, device: String, expected: [String]) throws {
        let escaped = template.replacing("\\", with: "\\\\")
        let profile = try issuance("subject", "subject: \"\(escaped)\"")
        let components = try profile.subject(for: facts(device, labels: ["lot": "77"]))
        #expect(components.map { "\($0.attribute.rawValue)=\($0.value)" } == expected)
        #expect(profile.subjectText == template)
    }

    @Test(
        "A device that lacks what the subject needs, or does not fit in it, is an error that names it",
        arguments: [
            ("CN={label:site}", "d", "the device has no label `site`, which the profile's names need"),
            ("CN=x,C={device}", "d", "C of the subject would be `d`, which is not a country's two letters"),
            ("CN=x,DC={device}", "a.b", "DC of the subject would be `a.b`, which is not one label of a domain name"),
        ])
    func subjectErrors(template: String, device: String, message: String) throws {
        let profile = try issuance("subject", "subject: \"\(template)\"")
        let error = try #require(throws: RotationError.self) { try profile.subject(for: facts(device)) }
        #expect((error.code, error.message, error.place) == (.badInput, message, "device \(device)"))
    }

    @Test(
        "A name longer than RFC 5280 allows is left out where an alternative name says it, refused or kept, as the profile says",
        arguments: [
            // Subject, alternative name, longNames, what comes of an id of 65 characters; nil where it is refused.
            ("CN={device},O=Example", "URI:urn:device:{device}", "", ["O=Example"]),
            ("CN={device},O=Example", "URI:urn:device:{device}", "omit", ["O=Example"]),
            ("CN={device}", "URI:urn:device:{device}", "", []),
            ("CN={account}-{device}", "URI:urn:{account}:{device}", "", []),
            ("serialNumber={device},CN=x", "URI:urn:x:{device}", "", ["CN=x"]),
            ("CN={device},O=Example", "URI:urn:device:{account}", "", nil), ("CN={device}", "", "", nil),
            ("CN={device}", "", "omit", nil),
            ("CN={account}-{device}", "URI:urn:x:{device}", "", nil),
            ("CN={device}", "URI:urn:device:{device}", "refuse", nil),
            ("CN={device}", "", "refuse", nil), ("UID={device}", "", "refuse", ["UID="]),
            ("CN={device},O=Example", "", "keep", ["CN=", "O=Example"]),
            ("CN={device}", "URI:urn:device:{device}", "keep", ["CN="]),
        ] as [(String, String, String, [String]?)])
    func longNames(subject: String, alternative: String, word: String, expected: [String]?) throws {
        let id = String(repeating: "é", count: 64) + "x"
        let lines =
            ["subject: \"\(subject)\""] + (alternative.isEmpty ? [] : ["subjectAlternativeNames: [\"\(alternative)\"]"])
            + (word.isEmpty ? [] : ["longNames: \(word)"])
        let profile = try issuance("subject", lines.joined(separator: "\n    "))
        guard let expected else {
            let error = try #require(throws: RotationError.self) { try profile.subject(for: facts(id)) }
            #expect(error.code == .badInput && error.message.contains("characters long, and RFC 5280 allows 64"))
            #expect(profile.namingObstacle(for: facts(id))?.code == .subject)
            return
        }
        let components = try profile.subject(for: facts(id))
        #expect(
            components.map { "\($0.attribute.rawValue)=\($0.value)" }
                == expected.map { $0.hasSuffix("=") ? $0 + id : $0 })
        // One of 64 characters stays.
        let fits = String(id.dropLast())
        if subject.hasPrefix("CN={device}") { #expect(try profile.subject(for: facts(fits)).first?.value == fits) }
    }

    @Test(
        "A part of a URI's path that resolves away is refused, in the template and for a device",
        arguments: [
            ("URI:https://x.example/{device}", "."), ("URI:https://x.example/{device}", ".."),
            ("URI:https://x.example/{device}/a", ".."),
            ("URI:https://x.example/.{device}", "."), ("URI:https://x.example/{account}/{device}?q", ".."),
            ("URI:file:///{device}", ".."),
            ("URI:tag:{device}", ".."), ("URI:urn:a/{device}/b", "."), ("URI:https://x.example/{device}#f", "."),
        ])
    func dotSegments(template: String, device: String) throws {
        let profile = try issuance("", "subjectAlternativeNames: [\"\(template)\"]")
        let error = try #require(throws: RotationError.self) { try profile.alternativeNames(for: facts(device)) }
        #expect(error.message.contains("resolves away"))
        #expect(profile.namingObstacle(for: facts(device))?.code == .subject)
        for harmless in ["...", ".a", "a.", "..a", "%2e", "a"] {
            _ = try profile.alternativeNames(for: facts(harmless))
        }
    }

    @Test(
        "Dots that are no part of a path by themselves stay",
        arguments: [
            "URI:urn:device:{device}", "URI:https://x.example/a-{device}", "URI:https://x.example/a?d={device}",
            "URI:urn:x#{device}",
        ])
    func harmlessDots(template: String) throws {
        let profile = try issuance("", "subjectAlternativeNames: [\"\(template)\"]")
        for device in [".", ".."] { _ = try profile.alternativeNames(for: facts(device)) }
    }

    @Test(
        "In a URI, what is put in is percent-encoded; elsewhere it must be legal as it is",
        arguments: [
            ("URI:urn:device:{account}:{device}", "sensor-1.a_b~", .uri("urn:device:111122223333:sensor-1.a_b~")),
            (
                "URI:https://x.example/{device}?q={label:lot}", "../é /:%",
                .uri("https://x.example/..%2F%C3%A9%20%2F%3A%25?q=7%267")
            ),
            ("DNS:{device}.devices.example.com", "sensor-1", .dns("sensor-1.devices.example.com")),
            ("DNS:{device}", "a.b", .dns("a.b")), ("EMAIL:{device}@example.com", "a.b+c", .email("a.b+c@example.com")),
            ("IP:{device}", "192.0.2.1", .ip([192, 0, 2, 1])),
            ("IP:{device}", "2001:db8::1", .ip([0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
        ] as [(String, String, GeneralName)])
    func alternativeNames(template: String, device: String, name: GeneralName) throws {
        let profile = try issuance("", "subjectAlternativeNames: [\"\(template)\"]")
        #expect(try profile.alternativeNames(for: facts(device, labels: ["lot": "7&7"])) == [name])
    }

    @Test(
        "A device whose name would not be legal is an error",
        arguments: [
            ("DNS:{device}.example.com", "a_b"), ("DNS:{device}.example.com", "-a"), ("DNS:{device}.example.com", "日本"),
            ("DNS:{device}.example.com", "a b"), ("DNS:{device}.example.com", ".."), ("DNS:{device}.example.com", "*"),
            ("DNS:{device}.example.com", "a\u{0}"), ("DNS:{device}", "10.0.0.1"), ("DNS:{device}", "a."),
            ("DNS:{device}.example", String(repeating: "x", count: 64)),
            ("DNS:{device}.{device}.{device}.example", String(repeating: "x.y", count: 40)),
            ("EMAIL:{device}@example.com", "a@b"), ("EMAIL:{device}@example.com", "a b"),
            ("EMAIL:{device}@example.com", ".a"),
            ("IP:{device}", "192.0.2.256"), ("IP:{device}", "192.0.2.1/24"), ("IP:{device}", "fe80::1%eth0"),
            ("URI:urn:x:{label:none}", "d"),
        ])
    func illegalNames(template: String, device: String) throws {
        let profile = try issuance("", "subjectAlternativeNames: [\"\(template)\"]")
        let error = try #require(throws: RotationError.self) { try profile.alternativeNames(for: facts(device)) }
        #expect(error.code == .badInput)
        #expect(error.place == "device \(device)")
    }

    @Test("The profile's keys decide which keys it takes")
    func keys() throws {
        let profile = try issuance("", "")
        #expect(profile.allows(.ecdsaP256))
        #expect(profile.allows(.rsa(bits: 2048)) && profile.allows(.rsa(bits: 4096)))
        #expect(!profile.allows(.rsa(bits: 2047)) && !profile.allows(.ecdsaP384) && !profile.allows(.ed25519))
    }
}

import Delivery
import Fleet
import PKI
import RotationModel
import RotationTesting
import Testing

@testable import Intake
@testable import Job
@testable import Planning

/// What a device's developer gets wrong, and what the reason must say so that it is found.
struct ConfirmationMistake: CustomTestStringConvertible {
    let testDescription: String
    let code: String
    let says: String
    let make: @Sendable (ConfirmationScene) throws -> [UInt8]

    init(
        _ testDescription: String, _ code: String = "malformed", says: String,
        _ make: @escaping @Sendable (ConfirmationScene) throws -> [UInt8]
    ) {
        (self.testDescription, self.code, self.says, self.make) = (testDescription, code, says, make)
    }

    /// One that signs a payload with members of its own.
    static func payload(
        _ mistake: String, says: String, _ make: @escaping @Sendable (AcknowledgementText) -> String
    ) -> ConfirmationMistake {
        ConfirmationMistake(mistake, says: says) { scene in
            try JWSSigner(key: scene.key).sign(payload: Array(make(scene.honest).utf8), type: "rotation-ack")
        }
    }

    /// One that changes the text of the right JWS.
    static func text(
        _ mistake: String, says: String, _ change: @escaping @Sendable (String) -> String
    ) -> ConfirmationMistake {
        ConfirmationMistake(mistake, says: says) { scene in
            Array(change(String(decoding: try scene.signed(scene.honest), as: UTF8.self)).utf8)
        }
    }

    /// One with a header of its own, and a right signature for it.
    static func header(_ mistake: String, _ code: String, _ header: String, says: String) -> ConfirmationMistake {
        ConfirmationMistake(mistake, code, says: says) { scene in
            try scene.forged(header: header) { try scene.rightSignature(over: $0) }
        }
    }
}

extension ConfirmationScene {
    /// r and s side by side, over bytes of any kind.
    func rightSignature(over content: [UInt8]) throws -> [UInt8] {
        let numbers = try derSignature(over: content)
        // Strips what DER adds: a sequence of two integers of 32 bytes, with a zero before those whose first bit is set.
        var rest = numbers.dropFirst(2)
        var joined: [UInt8] = []
        while rest.count > 2 {
            let length = Int(rest[rest.startIndex + 1])
            let number = rest.dropFirst(2).prefix(length)
            joined += [UInt8](repeating: 0, count: max(0, 32 - number.count)) + number.suffix(32)
            rest = rest.dropFirst(2 + length)
        }
        return joined
    }

    /// What `openssl dgst -sign` makes.
    func derSignature(over content: [UInt8]) throws -> [UInt8] {
        try fleet.folder.write("content", content)
        try fleet.folder.write("signer.key", try key.pem(), mode: 0o600)
        let made = try ExternalProgram.run(
            ["openssl", "dgst", "-sha256", "-sign", fleet.folder["signer.key"], fleet.folder["content"]])
        return made.output
    }
}

@Suite("Mistakes in confirmations")
struct ConfirmationMistakeTests {
    private static func members(
        of honest: AcknowledgementText, device: String? = nil, sequence: String? = nil, fingerprint: String? = nil,
        time: String? = nil
    ) -> String {
        #"{"device":\#(device ?? "\"\(honest.device)\""),"sequence":\#(sequence ?? "\(honest.sequence)"),"#
            + #""fingerprint":\#(fingerprint ?? "\"\(honest.fingerprint)\""),"time":\#(time ?? "\"\(honest.time)\"")}"#
    }

    static let cases: [ConfirmationMistake] = [
        ConfirmationMistake("the DER signature that OpenSSL makes", says: "the signature is DER of 7") { scene in
            try scene.forged(header: #"{"alg":"ES256","typ":"rotation-ack"}"#) { try scene.derSignature(over: $0) }
        },
        ConfirmationMistake(
            "half a signature", "foreign-key", says: "the signature has 32 bytes, where one by the key has 64"
        ) { scene in
            try scene.forged(header: #"{"alg":"ES256","typ":"rotation-ack"}"#) {
                Array(try scene.rightSignature(over: $0).prefix(32))
            }
        },
        .payload("a sequence as a text", says: "sequence is a text; it should be a number") {
            members(of: $0, sequence: "\"1\"")
        },
        .payload("a sequence with a fraction", says: "sequence is a number with a fraction or an exponent") {
            members(of: $0, sequence: "1.0")
        },
        .payload("a sequence with an exponent", says: "sequence is a number with a fraction or an exponent") {
            members(of: $0, sequence: "1e0")
        },
        .payload("a sequence of 80 bits", says: "sequence is a number of more than 64 bits; it should be a number") {
            members(of: $0, sequence: "1208925819614629174706175")
        },
        .payload("a sequence of null", says: "sequence is null; it should be a number") {
            members(of: $0, sequence: "null")
        },
        .payload("a time as a number", says: "time is a number; it should be a text: RFC 3339") {
            members(of: $0, time: "1796083200")
        },
        .payload("a time without a zone", says: "time is \"2026-12-01T00:00:00\"; it should be RFC 3339") {
            members(of: $0, time: "\"2026-12-01T00:00:00\"")
        },
        .payload("a device in a list", says: "device is a list; it should be a text") {
            members(of: $0, device: "[\"d1\"]")
        },
        .payload("a fingerprint as an object", says: "fingerprint is an object; it should be a text") {
            members(of: $0, fingerprint: "{}")
        },
        .payload("a fingerprint as OpenSSL prints it", says: "fingerprint is written with colons") {
            let digits = Array($0.fingerprint)
            let pairs = stride(from: 0, to: 64, by: 2).map { place in String(digits[place..<place + 2]) }
            return members(of: $0, fingerprint: "\"\(pairs.joined(separator: ":").uppercased())\"")
        },
        .payload("a fingerprint by SHA-1", says: "(40 characters); it should be the 64 hexadecimal digits") {
            members(of: $0, fingerprint: "\"\($0.fingerprint.prefix(40))\"")
        },
        .payload("a missing member", says: "the payload has no member sequence") {
            #"{"device":"\#($0.device)","fingerprint":"\#($0.fingerprint)","time":"\#($0.time)"}"#
        },
        .payload("a payload that is no JSON", says: "the payload cannot be read") { _ in "device=d1" },
        .text("a CRLF behind it", says: "a carriage return (CRLF) stands behind the JWS") { $0 + "\r\n" },
        .text("two line feeds behind it", says: "white space stands behind the JWS") { $0 + "\n\n" },
        .text("a blank behind it", says: "white space stands behind the JWS") { $0 + " " },
        .text("a blank before it", says: "white space stands before the JWS") { " " + $0 },
        .text("a byte-order mark", says: "a byte-order mark stands before the JWS") { "\u{FEFF}" + $0 },
        .text("lines of 64 characters", says: "a line ends within the JWS (byte 65)") {
            $0.prefix(64) + "\n" + $0.dropFirst(64)
        },
        .text("padding", says: "the signature is padded with =") { $0 + "==" },
        .text("base64 in place of base64url", says: "the header is base64, with + or /") { "+" + $0.dropFirst() },
        .text("a foreign character", says: "the signature has the character \"$\"") { $0.dropLast() + "$" },
        .text("quotes around it", says: "it stands in quotes") { "\"\($0)\"" },
        .text("no signature", says: "it has two parts") { $0.split(separator: ".").prefix(2).joined(separator: ".") },
        .text("as many parts as a JWE", says: "it has five parts, as an encrypted JWE has") { $0 + ".AA.AA" },
        .text("the JSON serialization", says: "it is JSON (RFC 7515, 7.2); hand in the compact form") {
            let parts = $0.split(separator: ".")
            return #"{"protected":"\#(parts[0])","payload":"\#(parts[1])","signature":"\#(parts[2])"}"#
        },
        .header(
            "another typ", "wrong-type", #"{"alg":"ES256","typ":"JWT"}"#,
            says: "the header's typ is \"JWT\"; it should be \"rotation-ack\""),
        .header(
            "the typ of a request", "wrong-type", #"{"alg":"ES256","typ":"rotation-request"}"#,
            says: "the header's typ is \"rotation-request\""),
        .header(
            "no typ", "wrong-type", #"{"alg":"ES256"}"#, says: "the header has no typ; it should be \"rotation-ack\""),
        .header(
            "the algorithm of another curve", "algorithm", #"{"alg":"ES384","typ":"rotation-ack"}"#,
            says: "the algorithm \"ES384\" is not one for the key of the new certificate; it signs with ES256"),
    ]

    @Test("Each is named for what it is, and the confirmation without it is taken", arguments: cases)
    func named(_ mistake: ConfirmationMistake) async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        let key = try fleet.handIn("d1")
        try await fleet.run()
        let scene = ConfirmationScene(fleet: fleet, key: key, other: key)
        try fleet.putConfirmation("d1.jws", try mistake.make(scene))
        let rejected = try await fleet.run().intake.rejected
        #expect(rejected.map(\.code) == [mistake.code])
        #expect(rejected.first?.text.contains(mistake.says) ?? false, "\(rejected.first?.text ?? "")")
        try fleet.confirm("d1", key)
        #expect(try await fleet.run().intake.confirmed == 1)
    }

    @Test("A confirmation may be as large as is documented: 16 KiB, and no byte more")
    func size() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.load()
        let key = try fleet.handIn("d1")
        try await fleet.run()
        func confirmation(padding: Int) throws -> [UInt8] {
            var text = String(decoding: try fleet.acknowledgement("d1", at: TestFleet.now).payload, as: UTF8.self)
            text = text.dropLast() + #","more":"\#(String(repeating: "x", count: padding))"}"#
            return try JWSSigner(key: key).sign(payload: Array(text.utf8), type: "rotation-ack")
        }
        // Four characters for three bytes.
        var padding = (Inbox.largestConfirmation - (try confirmation(padding: 0).count)) * 3 / 4 - 3
        while try confirmation(padding: padding + 1).count <= Inbox.largestConfirmation { padding += 1 }
        try fleet.putConfirmation("d1.jws", try confirmation(padding: padding + 2))
        #expect(try await fleet.run().intake.rejected.map(\.code) == ["unreadable"])
        try fleet.putConfirmation("d1.jws", try confirmation(padding: padding))
        let intake = try await fleet.run().intake
        #expect(intake.confirmed == 1, "\(intake.rejected)")
    }

    @Test("A device's clock may be five minutes off, to either side of what it confirms")
    func skew() async throws {
        for offset in [TimeSpan.minutes(-5), .minutes(5)] {
            let fleet = try TestFleet()
            try fleet.add("d1")
            try fleet.load()
            let key = try fleet.handIn("d1")
            try await fleet.run()
            try fleet.confirm("d1", key, at: TestFleet.now + offset)
            #expect(try await fleet.run().intake.confirmed == 1)
        }
    }
}

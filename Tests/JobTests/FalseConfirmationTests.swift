import Basics
import Delivery
import Fleet
import Foundation
import PKI
import RotationModel
import RotationTesting
import System
import Testing

@testable import Intake
@testable import Job
@testable import Planning

/// One attack or mistake a case: what is handed in, and the reason that it is refused for.
struct FalseConfirmation: CustomTestStringConvertible {
    let testDescription: String
    let code: String
    var file = "d1.jws"
    /// What the next manifest of the device says, if anything.
    var isTold = true
    let make: @Sendable (ConfirmationScene) throws -> [UInt8]
}

/// A device whose replacement lies there, and a second one in the same place.
struct ConfirmationScene {
    let fleet: TestFleet
    let key: PrivateKey
    let other: PrivateKey

    var honest: AcknowledgementText {
        get throws { try fleet.acknowledgement("d1", at: TestFleet.now) }
    }

    func signed(_ text: AcknowledgementText, by key: PrivateKey? = nil) throws -> [UInt8] {
        try JWSSigner(key: key ?? self.key).sign(payload: text.payload, type: "rotation-ack")
    }

    /// The honest payload under a header that is written by hand.
    func forged(header: String, signature: ([UInt8]) throws -> [UInt8]) throws -> [UInt8] {
        let content = Array("\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(try honest.payload))".utf8)
        return content + Array(".\(Base64URL.encode(try signature(content)))".utf8)
    }
}

@Suite("False confirmations")
struct FalseConfirmationTests {
    static let cases: [FalseConfirmation] = [
        FalseConfirmation(testDescription: "signed by another device's key", code: "foreign-key") {
            try $0.signed($0.honest, by: $0.other)
        },
        FalseConfirmation(testDescription: "signed by the key that is being replaced", code: "old-key") {
            try $0.signed($0.honest, by: $0.fleet.keys["d1"])
        },
        FalseConfirmation(testDescription: "alg none, without a signature", code: "algorithm") {
            try $0.forged(header: #"{"alg":"none"}"#) { _ in [] }
        },
        FalseConfirmation(testDescription: "alg None in other letters", code: "algorithm") {
            try $0.forged(header: #"{"alg":"nOnE"}"#) { _ in [] }
        },
        FalseConfirmation(testDescription: "a MAC with the public key as its secret", code: "algorithm") {
            try $0.forged(header: #"{"alg":"HS256"}"#) { SHA256.digest($0).bytes }
        },
        FalseConfirmation(testDescription: "an RSA algorithm for an EC key", code: "algorithm") {
            try $0.forged(header: #"{"alg":"RS256"}"#) { _ in [UInt8](repeating: 1, count: 256) }
        },
        FalseConfirmation(testDescription: "an algorithm of another curve", code: "algorithm") {
            try $0.forged(header: #"{"alg":"ES384"}"#) { _ in [UInt8](repeating: 1, count: 96) }
        },
        FalseConfirmation(testDescription: "two algorithms in one header", code: "malformed") {
            try $0.forged(header: #"{"alg":"ES256","alg":"none"}"#) { _ in [] }
        },
        FalseConfirmation(testDescription: "extensions that must be understood", code: "critical-header") {
            try $0.forged(header: #"{"alg":"ES256","b64":false,"crit":["b64"]}"#) { _ in
                [UInt8](repeating: 1, count: 64)
            }
        },
        FalseConfirmation(testDescription: "a signature of zeros", code: "foreign-key") {
            try $0.forged(header: #"{"alg":"ES256"}"#) { _ in [UInt8](repeating: 0, count: 64) }
        },
        FalseConfirmation(testDescription: "a signature that is cut short", code: "foreign-key") {
            try $0.forged(header: #"{"alg":"ES256"}"#) { _ in [1, 2, 3] }
        },
        FalseConfirmation(testDescription: "a key of its own in the header", code: "foreign-key") { scene in
            let own = try PrivateKey.generate(.ecdsaP256)
            let jwk = try JSONWebKey(own.publicKey).json(alg: .es256)
            let header = #"{"alg":"ES256","jwk":\#(jwk)}"#
            let signed = try scene.signed(scene.honest, by: own)
            let signature = try #require(Base64URL.decode(signed.split(separator: UInt8(ascii: "."))[2]))
            return try scene.forged(header: header) { _ in signature }
        },
        FalseConfirmation(testDescription: "a payload that was changed after it was signed", code: "foreign-key") {
            scene in
            var later = try scene.honest
            later.time = "2026-11-30T00:00:00Z"
            let signature = try #require(
                Base64URL.decode(scene.signed(scene.honest).split(separator: UInt8(ascii: "."))[2]))
            let head = Base64URL.encode(Array(#"{"alg":"ES256"}"#.utf8))
            return Array("\(head).\(Base64URL.encode(later.payload)).\(Base64URL.encode(signature))".utf8)
        },
        FalseConfirmation(testDescription: "a sequence that is not out yet", code: "wrong-sequence") {
            var text = try $0.honest
            text.sequence = 2
            return try $0.signed(text)
        },
        FalseConfirmation(testDescription: "the sequence of an earlier manifest", code: "wrong-sequence") {
            var text = try $0.honest
            text.sequence = 0
            return try $0.signed(text)
        },
        FalseConfirmation(testDescription: "a negative sequence", code: "wrong-sequence") {
            var text = try $0.honest
            text.sequence = -1
            return try $0.signed(text)
        },
        FalseConfirmation(testDescription: "another certificate", code: "wrong-certificate") {
            var text = try $0.honest
            text.fingerprint = String(repeating: "a", count: 64)
            return try $0.signed(text)
        },
        FalseConfirmation(testDescription: "a time in the future", code: "future-time") {
            var text = try $0.honest
            text.time = (TestFleet.now + .hours(2)).rfc3339
            return try $0.signed(text)
        },
        FalseConfirmation(testDescription: "a time before its manifest was issued", code: "old-time") {
            var text = try $0.honest
            text.time = (TestFleet.now - .minutes(6)).rfc3339
            return try $0.signed(text)
        },
        FalseConfirmation(testDescription: "another kind of statement, rightly signed", code: "wrong-type") {
            try JWSSigner(key: $0.key).sign(payload: $0.honest.payload, type: "rotation-manifest")
        },
        FalseConfirmation(
            testDescription: "the confirmation of another device in this one's name", code: "wrong-device"
        ) {
            try $0.signed($0.fleet.acknowledgement("d2", at: TestFleet.now), by: $0.other)
        },
        FalseConfirmation(
            testDescription: "this device's confirmation in another one's name", code: "wrong-device", file: "d2.jws"
        ) {
            try $0.signed($0.honest)
        },
        FalseConfirmation(
            testDescription: "a device that does not exist", code: "unknown-device", file: "d9.jws", isTold: false
        ) { scene in
            var text = try scene.honest
            text.device = "d9"
            return try scene.signed(text)
        },
        FalseConfirmation(
            testDescription: "a device that was handed nothing", code: "nothing-to-confirm", file: "fresh.jws",
            isTold: false
        ) { scene in
            var text = try scene.honest
            text.device = "fresh"
            return try scene.signed(text)
        },
        FalseConfirmation(
            testDescription: "a file name that is nobody's", code: "file-name", file: "d1.txt", isTold: false
        ) {
            try $0.signed($0.honest)
        },
        FalseConfirmation(
            testDescription: "a second spelling of a device's name", code: "file-name", file: "%64%31.jws",
            isTold: false
        ) { try $0.signed($0.honest) },
        FalseConfirmation(testDescription: "no JWS at all", code: "malformed") { _ in Array("hello".utf8) },
        FalseConfirmation(testDescription: "nothing", code: "malformed") { _ in [] },
        FalseConfirmation(testDescription: "padding in its base64", code: "malformed") {
            Array(String(decoding: try $0.signed($0.honest), as: UTF8.self).replacing(".", with: "=.").utf8)
        },
        FalseConfirmation(testDescription: "a payload that says a thing twice", code: "malformed") { scene in
            let text = #"{"device":"d1","device":"d2","sequence":1,"fingerprint":"","time":""}"#
            return try JWSSigner(key: scene.key).sign(payload: Array(text.utf8), type: "x")
        },
        FalseConfirmation(testDescription: "a payload without a sequence", code: "malformed") { scene in
            let text =
                #"{"device":"d1","fingerprint":"\#(try scene.honest.fingerprint)","time":"2026-12-01T00:00:00Z"}"#
            return try JWSSigner(key: scene.key).sign(payload: Array(text.utf8), type: "x")
        },
        FalseConfirmation(testDescription: "a sequence in words", code: "malformed") { scene in
            let text =
                #"{"device":"d1","sequence":"1","fingerprint":"\#(try scene.honest.fingerprint)","time":"2026-12-01T00:00:00Z"}"#
            return try JWSSigner(key: scene.key).sign(payload: Array(text.utf8), type: "x")
        },
        FalseConfirmation(testDescription: "a time that is none", code: "malformed") {
            var text = try $0.honest
            text.time = "yesterday"
            return try $0.signed(text)
        },
        FalseConfirmation(testDescription: "a file of 20 KiB", code: "unreadable") { _ in
            [UInt8](repeating: UInt8(ascii: "a"), count: 20 * 1024)
        },
    ]

    private func scene() async throws -> ConfirmationScene {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.add("d2")
        try fleet.add("fresh", left: .days(80))
        try fleet.load()
        let scene = ConfirmationScene(fleet: fleet, key: try fleet.handIn("d1"), other: try fleet.handIn("d2"))
        #expect(try await fleet.run().lines == ["d1 issued", "d2 issued"])
        return scene
    }

    @Test("Each is refused for its own reason, moved aside, told to the device, and changes nothing", arguments: cases)
    func refused(_ attack: FalseConfirmation) async throws {
        let scene = try await scene()
        let fleet = scene.fleet
        try fleet.putConfirmation(attack.file, try attack.make(scene))
        let seen = try #require(try await fleet.plan().inbox)
        #expect(seen.refused.map(\.code) == [attack.code] && seen.confirmations == 0)

        let outcome = try await fleet.run()
        #expect(outcome.intake.rejected.map(\.code) == [attack.code])
        #expect(outcome.intake.confirmed == 0)
        #expect(outcome.ending == .completed)
        let stem = attack.file.hasSuffix(".jws") ? String(attack.file.dropLast(4)) : attack.file
        #expect(try fleet.rejection(stem).code == attack.code)
        #expect(Files.exists(fleet.folder["inbox/rejected/\(attack.file)"]))
        #expect(try fleet.waitingConfirmations == [])
        for device in ["d1", "d2"] {
            #expect(try fleet.statuses(device) == ["ACTIVE", "PENDING_ACTIVATION"])
            #expect(try fleet.rotations(device) == ["delivered"])
        }

        let told = try fleet.manifest(attack.file == "d2.jws" ? "d2" : "d1").confirmationRefused
        #expect(told?.hasPrefix("\(attack.code): ") ?? false == attack.isTold, "\(told ?? "nothing")")
        // The device's proper confirmation is taken all the same, of the manifest that it has seen or of the new one.
        try fleet.confirm("d1", scene.key)
        #expect(try await fleet.run().intake.confirmed == 1)
        #expect(try fleet.statuses("d1") == ["ACTIVE", "ACTIVE"])
    }

    @Test("The same refusal twice is told once: a device's noise does not make manifests")
    func toldOnce() async throws {
        let scene = try await scene()
        for _ in 0..<3 {
            try scene.fleet.putConfirmation("d1.jws", Array("hello".utf8))
            try await scene.fleet.run()
        }
        #expect(try scene.fleet.manifest("d1").sequence == 2)
    }

    @Test("A confirmation that was taken is not taken again, before the overlap is over and after")
    func replayed() async throws {
        let scene = try await scene()
        let bytes = try scene.fleet.confirm("d1", scene.key)
        try await scene.fleet.run()
        try scene.fleet.putConfirmation("d1.jws", bytes)
        #expect(try await scene.fleet.run().intake.rejected.map(\.code) == ["replayed"])
        let later = TestFleet.now + .days(8)
        #expect(try await scene.fleet.run(at: later).lines.contains("d1 retired"))
        try scene.fleet.putConfirmation("d1.jws", bytes)
        #expect(try await scene.fleet.run(at: later).intake.rejected.map(\.code) == ["replayed"])
        #expect(try scene.fleet.statuses("d1") == ["INACTIVE", "ACTIVE"])
    }

    @Test("A confirmation of a certificate that was revoked meanwhile is refused")
    func revokedMeanwhile() async throws {
        let scene = try await scene()
        let new = try scene.fleet.manifest("d1").certificate.fingerprint
        let confirmation = try scene.signed(try scene.honest)
        let service = RevocationService(scene.fleet.workspace, at: TestFleet.now, actor: "test")
        _ = try await service.carryOut(ManualRevocation(target: .fingerprint(new), reason: .superseded))
        try scene.fleet.putConfirmation("d1.jws", confirmation)
        let codes = try await scene.fleet.run().intake.rejected.map(\.code)
        #expect(codes == ["nothing-to-confirm"])
        #expect(try scene.fleet.statuses("d1").contains("REVOKED"))
    }

    @Test("A folder and a link in the inbox are refused, not followed")
    func oddFiles() async throws {
        let scene = try await scene()
        let manager = FileManager.default
        try manager.createDirectory(atPath: scene.fleet.folder["inbox/ack/d1.jws"], withIntermediateDirectories: false)
        try scene.fleet.folder.write("secret", "x")
        try manager.createSymbolicLink(
            atPath: scene.fleet.folder["inbox/ack/d2.jws"], withDestinationPath: scene.fleet.folder["secret"])
        #expect(try await scene.fleet.run().intake.rejected.map(\.code) == ["unreadable", "unreadable"])
        #expect(try scene.fleet.waitingConfirmations == [])
    }
}

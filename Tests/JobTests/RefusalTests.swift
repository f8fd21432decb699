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

@Suite("CSRs that are not taken")
struct RefusalTests {
    /// What is handed in for `d1`, which has a P-256 certificate that is due, unless the case says otherwise.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var code: String
        var file = "d1.csr"
        var policy = PolicyText()
        /// Whether the refusal leads to a device of the inventory.
        var isKnown = true
        var prepare: @Sendable (TestFleet) throws -> [UInt8]
    }

    private static func request(_ key: PrivateKey) throws -> [UInt8] {
        try CertificateRequestMaker.makePEM(key: key, subject: ThrowawayPKI.name("d1"))
    }

    private static let pssKey =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
        + "/TestKeys/device-rsa-pss.key"

    private static func loadPSSKey() throws -> PrivateKey {
        let folder = try TemporaryFolder()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: pssKey)))
        return try PrivateKey.load(path: folder.write("key", bytes, mode: 0o600))
    }

    static let cases: [Case] = [
        Case(testDescription: "a name without .csr", code: "file-name", file: "d1.pem", isKnown: false) { _ in
            try request(.generate(.ecdsaP256))
        },
        Case(testDescription: "a name that is no encoding", code: "file-name", file: "d%zz.csr", isKnown: false) { _ in
            try request(.generate(.ecdsaP256))
        },
        Case(testDescription: "another encoding of a known id", code: "file-name", file: "%641.csr", isKnown: false) {
            _ in try request(.generate(.ecdsaP256))
        },
        Case(testDescription: "more than 16 KiB", code: "unreadable") { _ in
            try request(.generate(.ecdsaP256)) + [UInt8](repeating: 10, count: 17_000)
        },
        Case(testDescription: "no CSR at all", code: "malformed") { _ in Array("hello".utf8) },
        Case(testDescription: "empty", code: "malformed") { _ in [] },
        Case(testDescription: "half a CSR", code: "malformed") { _ in
            Array(try request(.generate(.ecdsaP256)).prefix(90))
        },
        Case(testDescription: "a certificate", code: "malformed") { fleet in
            Array(fleet.pki.authority.certificate.pem.utf8)
        },
        Case(testDescription: "a bit of the signature flipped", code: "proof-of-possession") { _ in
            var der = try CertificateRequestMaker.make(key: .generate(.ecdsaP256), subject: ThrowawayPKI.name("d1"))
            der[der.count - 1] ^= 1
            return der
        },
        Case(testDescription: "a device that nobody knows", code: "unknown-device", file: "d9.csr", isKnown: false) {
            _ in
            try request(.generate(.ecdsaP256))
        },
        Case(testDescription: "a device without an ACTIVE certificate", code: "no-active-certificate", file: "off.csr")
        {
            _ in try request(.generate(.ecdsaP256))
        },
        Case(
            testDescription: "a device that no policy covers", code: "no-policy",
            policy: PolicyText(match: "{ device: \"x*\" }")
        ) { _ in try request(.generate(.ecdsaP256)) },
        Case(testDescription: "RSA of 1024 bits", code: "weak-key") { _ in try request(.generate(.rsa(bits: 1024))) },
        Case(testDescription: "a curve that the profile does not have", code: "key-not-allowed") { _ in
            try request(.generate(.ecdsaP521))
        },
        Case(testDescription: "the key that is to be replaced", code: "same-key") { fleet in
            try request(#require(fleet.keys["d1"]))
        },
        Case(testDescription: "a key that was revoked", code: "revoked-key") { fleet in
            let key = try PrivateKey.generate(.ecdsaP256)
            try fleet.add("d1", left: .days(5), status: .revoked, key: key)
            return try request(key)
        },
        Case(testDescription: "a key that was revoked, written as id-RSASSA-PSS now", code: "revoked-key") { fleet in
            let plain = try ExternalProgram.run(["certtool", "--to-rsa", "--load-privkey", pssKey])
            let folder = try TemporaryFolder()
            let key = try PrivateKey.load(path: folder.write("plain", plain.output, mode: 0o600))
            try fleet.add("d1", left: .days(5), status: .revoked, key: key)
            return try request(loadPSSKey())
        },
        Case(testDescription: "a key that only signs, for a certificate that does more", code: "key-not-allowed") { _ in
            try request(loadPSSKey())
        },
        Case(testDescription: "another device's key", code: "key-in-use") { fleet in
            try request(#require(fleet.keys["d2"]))
        },
        Case(testDescription: "the key of another device's old certificate", code: "key-in-use") { fleet in
            try request(#require(fleet.keys["off"]))
        },
    ]

    @Test("A CSR that somebody copied under his own name does not keep the device that signed it from its certificate")
    func copied() async throws {
        let fleet = try TestFleet()
        for device in ["a-thief", "victim"] { try fleet.add(device) }
        try fleet.load()
        let key = try fleet.handInSigned("victim")
        try fleet.handIn("a-thief", key: key)
        let outcome = try await fleet.run()
        #expect(outcome.lines == ["a-thief requested", "victim issued"])
        #expect(try fleet.manifest("victim").certificate.publicKey == key.publicKey)
        #expect(try fleet.rejection("a-thief").code == "key-in-use")
    }

    @Test("Each is moved aside under a stable code, and the plan had said so", arguments: cases)
    func refused(_ test: Case) async throws {
        let fleet = try TestFleet(policies: policyFile([test.policy]))
        try fleet.add("d1")
        try fleet.add("d2", left: .days(60))
        try fleet.add("off", status: .inactive)
        let bytes = try test.prepare(fleet)
        try fleet.load()
        try fleet.put(test.file, bytes)

        let outlook = try #require(try await fleet.plan().inbox)
        #expect(outlook.usable == 0)
        #expect(outlook.refused.map(\.code) == [test.code])
        #expect(try fleet.waitingFiles == [test.file])

        let outcome = try await fleet.run()
        #expect(outcome.intake.taken == 0)
        #expect(outcome.intake.rejected.map { "\($0.file) \($0.code)" } == ["\(test.file) \(test.code)"])
        #expect(outcome.intake.rejected[0].text == outlook.refused[0].text)
        #expect(try fleet.waitingFiles == [])
        #expect(try fleet.folder.read("inbox/rejected/\(test.file)") == bytes)
        let stem = test.file.hasSuffix(".csr") ? String(test.file.dropLast(4)) : test.file
        let told = try fleet.rejection(stem)
        #expect((told.code, told.text) == (test.code, outlook.refused[0].text))
        #expect((told.device != nil) == test.isKnown)
        #expect(outcome.lines.filter { $0.hasSuffix("issued") } == [])
        #expect(!told.text.contains(fleet.folder.path))
        if test.code == "key-in-use" { #expect(!told.text.contains("d2") && !told.text.contains("off")) }
    }

    @Test("A link in the inbox is not followed, and a folder is not read")
    func notFiles() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        try fleet.add("d2")
        try fleet.load()
        let elsewhere = try fleet.folder.write("elsewhere.csr", RefusalTests.request(.generate(.ecdsaP256)))
        try FileManager.default.createSymbolicLink(
            atPath: fleet.folder["inbox/csr/d1.csr"], withDestinationPath: elsewhere)
        try Files.makeFolder(fleet.folder["inbox/csr/d2.csr"], mode: 0o750)
        let outcome = try await fleet.run()
        #expect(outcome.intake.rejected.map { "\($0.file) \($0.code)" } == ["d1.csr unreadable", "d2.csr unreadable"])
        #expect(Files.exists(elsewhere))
        #expect(try fleet.waitingFiles == [])
        #expect(outcome.lines == ["d1 requested", "d2 requested"])
    }

    @Test(
        "Two devices that hand in one key: neither gets it, at once or one after the other", arguments: [true, false])
    func oneKeyForTwo(atOnce: Bool) async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(40))
        try fleet.add("d2", left: .days(41))
        try fleet.load()
        let key = try fleet.handIn("d1")
        if !atOnce { #expect(try await fleet.run().intake.taken == 1) }
        try fleet.handIn("d2", key: key)
        #expect(Set(try #require(try await fleet.plan().inbox).refused.map(\.code)) == ["key-in-use"])
        let outcome = try await fleet.run()
        #expect(outcome.intake.taken == 0 && Set(outcome.intake.rejected.map(\.code)) == ["key-in-use"])
        for device in ["d1", "d2"] { #expect(try fleet.rejection(device).code == "key-in-use") }
        #expect(try fleet.inventory().waitingRequestCount() == 0)
        #expect(try await fleet.run(at: TestFleet.now + .days(12)).lines == ["d1 requested", "d2 requested"])
    }

    @Test("A device that was asked is asked again with the reason, once, and the plan says the same")
    func askedAgain() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1")
        #expect(try await fleet.load().run().lines == ["d1 requested"])
        var manifest = try fleet.manifest("d1")
        #expect((manifest.sequence, manifest.action, manifest.refused) == (1, "rekey", nil))

        try fleet.handIn("d1", algorithm: .ecdsaP521)
        #expect(try await fleet.plan().lines == ["d1 request-csr expiring"])
        #expect(try await fleet.run().lines == ["d1 requested"])
        manifest = try fleet.manifest("d1")
        #expect((manifest.sequence, manifest.action) == (2, "rekey"))
        #expect(manifest.refused?.hasPrefix("key-not-allowed: ") == true)

        // Nothing new, and then the same mistake again: the device knows.
        for attempt in 1...2 {
            if attempt == 2 { try fleet.handIn("d1", algorithm: .ecdsaP521) }
            #expect(try await fleet.plan().lines == [])
            #expect(try await fleet.run().lines == [])
            #expect(try fleet.manifest("d1").sequence == 2)
        }
        // Another mistake is news.
        try fleet.put("d1.csr", Array("junk".utf8))
        #expect(try await fleet.plan().lines == ["d1 request-csr expiring"])
        #expect(try await fleet.run().lines == ["d1 requested"])
        #expect(try fleet.manifest("d1").sequence == 3)
        #expect(try fleet.manifest("d1").refused?.hasPrefix("malformed: ") == true)

        try fleet.handIn("d1")
        #expect(try await fleet.run().lines == ["d1 issued"])
        manifest = try fleet.manifest("d1")
        #expect((manifest.sequence, manifest.action, manifest.refused) == (4, "install", nil))
    }

    @Test("What was refused before the device was due is told when it is asked")
    func refusedEarly() async throws {
        let fleet = try TestFleet()
        try fleet.add("d1", left: .days(40))
        try fleet.load()
        try fleet.put("d1.csr", Array("junk".utf8))
        #expect(try await fleet.run().lines == [])
        #expect(try await fleet.run(at: TestFleet.now + .days(15)).lines == ["d1 requested"])
        #expect(try fleet.manifest("d1").refused?.hasPrefix("malformed: ") == true)
    }
}
